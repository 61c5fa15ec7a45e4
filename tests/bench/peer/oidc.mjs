// node's oidc-provider as a peer of our token endpoint: client_credentials by private_key_jwt, with or without DPoP, and an ES256 token that
// is a JWT. It keeps what it knows in memory, where ours writes to PostgreSQL.
//
//   node oidc.mjs LIBRARY PORT ISSUER TOKEN_PATH CLIENT_ID CLIENT_PUBLIC_JWK SIGNING_JWK
const [library, port, issuer, path, clientId, clientKey, signingKey] = process.argv.slice(2);
const { Provider } = await import(library);
const audience = "https://api.example.org";
const algorithms = ["ES256"];

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clientId,
      jwks: { keys: [JSON.parse(clientKey)] },
      scope: "referral:read",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      id_token_signed_response_alg: "ES256",
    },
  ],
  jwks: { keys: [JSON.parse(signingKey)] },
  scopes: ["referral:read"],
  routes: { token: path },
  enabledJWA: { clientAuthSigningAlgValues: algorithms, dPoPSigningAlgValues: algorithms, idTokenSigningAlgValues: algorithms },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: "referral:read", audience, accessTokenTTL: 600, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } }),
    },
  },
});
provider.proxy = true; // the address that proofs name is the issuer's
provider.listen(Number(port), "127.0.0.1");
