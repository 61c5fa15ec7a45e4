import type { Call, Connection } from './connection.js'
import type { Answer, Item, Method, Operation, Options, PathsWith, Result, Told } from './types.js'

type Given<P, K extends keyof P, M extends Method> = Promise<Answer<Result<Operation<P, K, M>>>>
type Any = Options<unknown> & { path?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown }

/** One service, typed by its OpenAPI document: `ihala.referral.get('/v1/referrals/{referral_id}', { path: { referral_id } })`. */
export class Service<P> {
  constructor(private readonly connection: Connection, readonly name: string) {}

  get<K extends PathsWith<P, 'get'>>(path: K, ...told: Told<Operation<P, K, 'get'>>): Given<P, K, 'get'> {
    return this.call('get', path, told[0] as Any)
  }

  post<K extends PathsWith<P, 'post'>>(path: K, ...told: Told<Operation<P, K, 'post'>>): Given<P, K, 'post'> {
    return this.call('post', path, told[0] as Any)
  }

  put<K extends PathsWith<P, 'put'>>(path: K, ...told: Told<Operation<P, K, 'put'>>): Given<P, K, 'put'> {
    return this.call('put', path, told[0] as Any)
  }

  patch<K extends PathsWith<P, 'patch'>>(path: K, ...told: Told<Operation<P, K, 'patch'>>): Given<P, K, 'patch'> {
    return this.call('patch', path, told[0] as Any)
  }

  delete<K extends PathsWith<P, 'delete'>>(path: K, ...told: Told<Operation<P, K, 'delete'>>): Given<P, K, 'delete'> {
    return this.call('delete', path, told[0] as Any)
  }

  /** Go through a list to its end, page by page as the header Link leads on. */
  async *items<K extends PathsWith<P, 'get'>>(
    path: K, ...told: Told<Operation<P, K, 'get'>>
  ): AsyncGenerator<Item<Operation<P, K, 'get'>>, void> {
    const options = (told[0] ?? {}) as Any
    const { headers, signal } = options
    let next: Pick<Call, 'path' | 'query'> | undefined = { path: this.address(path, options.path), query: options.query }
    while (next !== undefined) {
      const answer: Response = await this.connection.send({ method: 'GET', ...next, headers, signal })
      const page = (await answer.json()) as { items: Item<Operation<P, K, 'get'>>[] }
      yield* page.items
      next = nextOf(answer.headers)
    }
  }

  private async call<T>(method: Method, path: string, options: Any = {}): Promise<Answer<T>> {
    const { path: values, ...rest } = options
    const answer = await this.connection.send({ method: method.toUpperCase(), path: this.address(path, values), ...rest })
    const data = (await dataOf(answer)) as T
    return { data, status: answer.status, etag: answer.headers.get('etag') ?? undefined, headers: answer.headers }
  }

  private address(path: string, values: Record<string, unknown> = {}): string {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
    return `/${this.name}${filled}`
  }
}

async function dataOf(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined
  const type = answer.headers.get('content-type') ?? ''
  if (type.includes('json')) return answer.json()
  return type.startsWith('text/') ? answer.text() : answer.blob()
}

/** Return where the header Link leads on; the address is one of the same gateway, from the root on. */
function nextOf(headers: Headers): { path: string } | undefined {
  const found = /<([^>]+)>;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1]
  return found?.startsWith('/') === true ? { path: found } : undefined
}
