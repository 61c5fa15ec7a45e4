// What a call takes and gives, read off the generated types of a service's OpenAPI document.

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete'

/** The paths of a service that have this method. */
export type PathsWith<P, M extends Method> = { [K in keyof P]: P[K] extends { [m in M]: unknown } ? K : never }[keyof P] & string

export type Operation<P, K extends keyof P, M extends Method> = M extends keyof P[K] ? P[K][M] : never

type Parameters<O> = O extends { parameters: infer X } ? X : Record<never, never>
type Path<O> = Parameters<O> extends { path: infer X } ? { path: X } : { path?: never }
type Query<O> = Parameters<O> extends { query: infer X } ? { query: X }
  : Parameters<O> extends { query?: infer X } ? { query?: X } : { query?: never }
type IfMatch<O> = Parameters<O> extends { header: { 'If-Match': string } } ? { ifMatch: string } : { ifMatch?: string }
type Content<B> = B extends { content: infer C } ? (C extends { 'application/json': infer J } ? J : BodyInit) : never
type Body<O> = O extends { requestBody: infer B } ? { body: Content<B> }
  : O extends { requestBody?: infer B } ? { body?: Content<Exclude<B, undefined>> } : { body?: never }

/** What a call can be told besides what its address asks for. */
export interface Extra {
  /** One's own key, to repeat a POST after a restart; without it each call gets a new one, which its retries keep. */
  idempotencyKey?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

export type Options<O> = Path<O> & Query<O> & IfMatch<O> & Body<O> & Extra

/** The options as a call's last argument: it may be left out where nothing has to be said. */
export type Told<O> = Record<never, never> extends Options<O> ? [options?: Options<O>] : [options: Options<O>]

type Good = 200 | 201 | 202
type Json<R> = R extends { content: { 'application/json': infer J } } ? J
  : R extends { content: { 'application/fhir+json': infer J } } ? J : never
type Answers<O> = O extends { responses: infer R } ? { [S in keyof R & Good]: R[S] }[keyof R & Good] : never

/** What a call gives: the JSON of a good answer; where it has none, its text, or what is no text as a Blob. */
export type Result<O> = [Json<Answers<O>>] extends [never]
  ? ([Answers<O>] extends [never] ? undefined : string | Blob)
  : Json<Answers<O>>

/** One item of a list. */
export type Item<O> = Result<O> extends { items: (infer I)[] } ? I : never

/** A good answer. */
export interface Answer<T> {
  data: T
  status: number
  /** The version, for `ifMatch` of the next change. */
  etag: string | undefined
  headers: Headers
}
