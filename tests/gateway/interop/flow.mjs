// A client by oauth4webapi, as its own examples write it: discovery, private_key_jwt, DPoP, PAR, code, ID token, refresh, revocation.
// argv: the library's file, then JSON {issuer, client_id, key, redirect_uri, scope, resource}. It prints where the person must go,
// reads from standard input where she came back to, and prints what it found.
import { createInterface } from 'node:readline/promises'
import { pathToFileURL } from 'node:url'

const oauth = await import(pathToFileURL(process.argv[2]))
const told = JSON.parse(process.argv[3])
const plain = { [oauth.allowInsecureRequests]: true } // the test's gateway is on loopback, without TLS
const issuer = new URL(told.issuer)
const lines = createInterface({ input: process.stdin })
const found = {}

const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...plain, algorithm: 'oidc' }))
const client = { client_id: told.client_id }
const key = await crypto.subtle.importKey('jwk', told.key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
const auth = oauth.PrivateKeyJwt({ key, kid: told.key.kid })
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))

async function again(work) { // the server may want another nonce: once more with the one that it gave
  try { return await work() } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    found.nonces = (found.nonces ?? 0) + 1
    return await work()
  }
}

const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const nonce = oauth.generateRandomNonce()
const wanted = new URLSearchParams({
  redirect_uri: told.redirect_uri, scope: told.scope, response_type: 'code', state, nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
})
const pushed = await again(async () => oauth.processPushedAuthorizationResponse(
  as, client, await oauth.pushedAuthorizationRequest(as, client, auth, wanted, { ...plain, DPoP })))
const where = new URL(as.authorization_endpoint)
where.searchParams.set('client_id', client.client_id)
where.searchParams.set('request_uri', pushed.request_uri)
console.log(where.href)

const back = oauth.validateAuthResponse(as, client, new URL((await lines[Symbol.asyncIterator]().next()).value), state)
const tokens = await again(async () => oauth.processAuthorizationCodeResponse(
  as, client,
  await oauth.authorizationCodeGrantRequest(as, client, auth, back, told.redirect_uri, verifier, { ...plain, DPoP }),
  { expectedNonce: nonce, requireIdToken: true }))
const claims = oauth.getValidatedIdTokenClaims(tokens)
Object.assign(found, { type: tokens.token_type, scope: tokens.scope, sub: claims.sub, amr: claims.amr })

const call = token => again(() => oauth.protectedResourceRequest(token, 'GET', new URL(told.resource), undefined, null, { ...plain, DPoP }))
found.called = (await call(tokens.access_token)).status
const fresh = await again(async () => oauth.processRefreshTokenResponse(
  as, client, await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, { ...plain, DPoP })))
found.refreshed = (await call(fresh.access_token)).status
found.active = (await oauth.processIntrospectionResponse(
  as, client, await oauth.introspectionRequest(as, client, auth, fresh.access_token, plain))).active
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, fresh.access_token, plain))
await new Promise(done => setTimeout(done, 900))
found.revoked = await call(fresh.access_token).then(answer => answer.status, error => error.status ?? error.message)
console.log(JSON.stringify(found))
lines.close()
