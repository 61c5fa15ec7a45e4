import { TokenRefused, isRecord, problemOf } from './problem.js'
import { type Chosen, isLong, rest } from './settings.js'
import { Signer, sha256 } from './signing.js'

/** How often one call is sent again with the nonce that came: each process of the gateway gives its own. */
export const MOST_NONCES = 4
const RENEW_BEFORE_MS = 60_000
const ASSERTION_SECONDS = 60
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** An access token; its times in milliseconds since 1970. */
export interface Token {
  value: string
  expiresAt: number
  renewAt: number
}

/** Access tokens by private_key_jwt (RFC 7523), bound to a key by DPoP (RFC 9449): kept, and renewed a minute before their end. */
export class Tokens {
  private token: Promise<Token> | undefined
  private readonly signer: Promise<Signer>
  private readonly proofs: Promise<Signer> | undefined
  private nonce: string | undefined

  /** `resource` is what the tokens are for alone; without it, the API. */
  constructor(private readonly settings: Chosen, private readonly resource?: string) {
    this.signer = Signer.of(settings.key, settings.kid)
    this.signer.catch(() => undefined) // told when it is used
    this.proofs = settings.dpop ? Signer.made() : undefined
  }

  /** Return the headers that show who calls. Throws TokenRefused. */
  async headers(method: string, path: string): Promise<Record<string, string>> {
    const token = await this.current()
    if (this.proofs === undefined) return { Authorization: `Bearer ${token.value}` }
    return { Authorization: `DPoP ${token.value}`, DPoP: await this.proof(method, path.split('?', 1)[0] as string, token.value) }
  }

  /** Take note of an answer: its nonce is good for the next proof. Returns whether the call was refused only for want of it. */
  note(answer: Response): boolean {
    this.nonce = answer.headers.get('dpop-nonce') ?? this.nonce
    return answer.status === 401 && (answer.headers.get('www-authenticate') ?? '').includes('use_dpop_nonce')
  }

  /** Forget the token: it was refused. */
  forget(): void {
    this.token = undefined
  }

  /** Return a token that is good for a while. Throws TokenRefused. */
  async current(): Promise<Token> {
    const asked = this.token ?? this.renew()
    const token = await asked
    if (Date.now() < token.renewAt) return token
    if (this.token === asked) return await this.renew()
    return await (this.token ?? this.current())
  }

  /** Ask for a token: one asks for all who wait. A refusal is not kept. */
  private renew(): Promise<Token> {
    const asked = this.ask()
    asked.catch(() => {
      if (this.token === asked) this.token = undefined
    })
    this.token = asked
    return asked
  }

  private async ask(): Promise<Token> {
    await this.signer // a key that cannot be read is no trouble of the network's
    for (let tried = 1; ; tried++) {
      let wait: number | undefined
      let why: unknown
      try {
        const answer = await this.request()
        if (answer.ok) return tokenOf(await answer.json())
        if (answer.status < 500 && answer.status !== 429) throw await refusal(answer)
        const problem = await problemOf(answer)
        wait = problem.retryAfterMs
        if (tried >= this.settings.tries || isLong(wait)) throw problem
        why = problem
      } catch (error) {
        if (!(error instanceof TypeError || isTimeout(error)) || tried >= this.settings.tries) throw error // TypeError: the network
        why = error
      }
      await rest(this.settings, tried, wait, why)
    }
  }

  private async request(): Promise<Response> {
    const path = '/oauth/token'
    for (let nonces = 0; ; nonces++) {
      const body = new URLSearchParams({
        grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE, client_assertion: await this.assertion(),
        ...(this.resource === undefined ? {} : { resource: this.resource }),
        ...(this.settings.scope === undefined || this.resource !== undefined ? {} : { scope: this.settings.scope }),
      })
      const headers: Record<string, string> = this.proofs === undefined ? {} : { DPoP: await this.proof('POST', path) }
      const signal = AbortSignal.timeout(this.settings.timeoutMs)
      const answer = await this.settings.fetch(this.settings.baseUrl + path, { method: 'POST', body, headers, signal, redirect: 'error' })
      this.note(answer)
      if (nonces === MOST_NONCES || this.proofs === undefined || answer.status !== 400) return answer
      const copy: unknown = await answer.clone().json().catch(() => undefined)
      if (!isRecord(copy) || copy['error'] !== 'use_dpop_nonce') return answer
      await answer.body?.cancel()
    }
  }

  private async assertion(): Promise<string> {
    const { clientId, baseUrl } = this.settings
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: clientId, sub: clientId, aud: baseUrl, iat: now, exp: now + ASSERTION_SECONDS, jti: crypto.randomUUID() }
    return (await this.signer).sign({ typ: 'JWT' }, claims)
  }

  private async proof(method: string, path: string, token?: string): Promise<string> {
    const signer = await (this.proofs as Promise<Signer>)
    const claims = {
      jti: crypto.randomUUID(), htm: method, htu: this.settings.baseUrl + path, iat: Math.floor(Date.now() / 1000),
      ...(this.nonce === undefined ? {} : { nonce: this.nonce }), ...(token === undefined ? {} : { ath: await sha256(token) }),
    }
    return signer.sign({ typ: 'dpop+jwt', jwk: signer.publicJwk }, claims)
  }
}

export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

async function refusal(answer: Response): Promise<TokenRefused> {
  const body: unknown = await answer.json().catch(() => undefined)
  const said = isRecord(body) ? body : {}
  const description = said['error_description']
  return new TokenRefused(answer.status, String(said['error'] ?? answer.status), typeof description === 'string' ? description : undefined)
}

function tokenOf(body: { access_token: string; expires_in: number }): Token {
  const lives = body.expires_in * 1000
  const expiresAt = Date.now() + lives
  return { value: body.access_token, expiresAt, renewAt: expiresAt - Math.min(RENEW_BEFORE_MS, lives / 2) }
}
