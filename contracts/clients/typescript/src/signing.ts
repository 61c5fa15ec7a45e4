// JSON Web Signatures by WebCrypto (RFC 7515): what a client signs to show who it is.

const encoder = new TextEncoder()
const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const ED25519 = { name: 'Ed25519' } as const

/** A private key: ES256 (EC P-256) or Ed25519. */
export class Signer {
  private constructor(private readonly key: CryptoKey, readonly kid: string | undefined, readonly publicJwk: JsonWebKey | undefined) {}

  /** Take a private key as JWK (its `kid` is used) or as PKCS #8 in PEM. */
  static async of(key: JsonWebKey | string, kid?: string): Promise<Signer> {
    if (typeof key === 'string') return new Signer(await fromPem(key), kid, undefined)
    const imported = await crypto.subtle.importKey('jwk', key, key.crv === 'Ed25519' ? ED25519 : ES256, false, ['sign'])
    return new Signer(imported, kid ?? (key as { kid?: string }).kid, undefined)
  }

  /** Make a new key of one's own, for DPoP. */
  static async made(): Promise<Signer> {
    const pair = await crypto.subtle.generateKey(ES256, false, ['sign'])
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
    return new Signer(pair.privateKey, undefined, { kty, crv, x, y } as JsonWebKey)
  }

  /** Return the claims signed, in compact form. */
  async sign(header: Record<string, unknown>, claims: Record<string, unknown>): Promise<string> {
    const isElliptic = this.key.algorithm.name === 'ECDSA'
    const head = { ...header, alg: isElliptic ? 'ES256' : 'EdDSA', ...(this.kid === undefined ? {} : { kid: this.kid }) }
    const input = `${base64url(encoder.encode(JSON.stringify(head)))}.${base64url(encoder.encode(JSON.stringify(claims)))}`
    const signature = await crypto.subtle.sign(isElliptic ? ES256 : ED25519, this.key, encoder.encode(input))
    return `${input}.${base64url(new Uint8Array(signature))}`
  }
}

/** Return the SHA-256 of a text in base64url. */
export async function sha256(value: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(value))))
}

export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Return the bytes of a base64 text. Throws when it is none. */
export function fromBase64(value: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(value), sign => sign.charCodeAt(0))
}

async function fromPem(pem: string): Promise<CryptoKey> {
  const body = /-----BEGIN PRIVATE KEY-----([\s\S]+?)-----END PRIVATE KEY-----/.exec(pem)?.[1]
  if (body === undefined) throw new TypeError('a private key is given as a JWK or as PKCS #8 in PEM ("BEGIN PRIVATE KEY")')
  const bytes = fromBase64(body.replaceAll(/\s/g, ''))
  try {
    return await crypto.subtle.importKey('pkcs8', bytes, ES256, false, ['sign'])
  } catch {
    return await crypto.subtle.importKey('pkcs8', bytes, ED25519, false, ['sign'])
  }
}
