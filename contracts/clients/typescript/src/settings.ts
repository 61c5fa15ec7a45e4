/** How a system calls Ihala. */
export interface Settings {
  /** The gateway, which is also the issuer of tokens: `https://ihala.example`. */
  baseUrl: string
  clientId: string
  /** The private key that belongs to the public one the client was registered with: a JWK, or PKCS #8 in PEM. */
  key: JsonWebKey | string
  /** Which of several keys it is; a JWK can say so itself. */
  kid?: string
  /** The scopes to ask for, separated by spaces; without it, all that the client has. */
  scope?: string
  /** Bind tokens to a key made at the start (RFC 9449), as every live client must. True unless it is said to be false. */
  dpop?: boolean
  /** The language of what is meant for people. */
  language?: 'ar' | 'ckb' | 'en'
  /** How often a call is tried in all; 5. */
  tries?: number
  /** The first pause between two tries, in milliseconds; it doubles each time, up to 10 s; 250. */
  pauseMs?: number
  /** How long an answer may take, in milliseconds; 60,000. */
  timeoutMs?: number
  /** In place of the platform's own `fetch`. */
  fetch?: typeof fetch
  /** Told before each pause why and for how long; `console.warn`. */
  warn?: (words: string) => void
}

export interface Chosen extends Settings {
  dpop: boolean
  tries: number
  pauseMs: number
  timeoutMs: number
  fetch: typeof fetch
  warn: (words: string) => void
}

export function chosen(settings: Settings): Chosen {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as unknown as Settings
  return {
    dpop: true, tries: 5, pauseMs: 250, timeoutMs: 60_000, fetch: globalThis.fetch.bind(globalThis),
    warn: words => console.warn(words),
    ...given,
    baseUrl: settings.baseUrl.replace(/\/+$/, ''),
  }
}

const LONGEST_PAUSE_MS = 10_000
const LONGEST_WAIT_MS = 120_000

/** Tell whether the server asks for more patience than a call has: whoever made it hears of it at once. */
export function isLong(asked: number | undefined): boolean {
  return (asked ?? 0) > LONGEST_WAIT_MS
}

/** Wait before the next try: as long as the server asks, else a while that grows, a part of it by chance. It is told: who follows
 * without end would else wait and know nothing. */
export function rest(settings: Chosen, tried: number, asked: number | undefined, why: unknown, signal?: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, settings.pauseMs * 2 ** (tried - 1))
  const ms = asked ?? longest * (0.5 + Math.random() / 2)
  settings.warn(`${String(why)}; tried again in ${(ms / 1000).toFixed(1)} s`)
  return pause(ms, signal)
}

/** Wait; throws the signal's reason as soon as it is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
