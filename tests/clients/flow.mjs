// A partner's program with the TypeScript client. argv: the client's file, then JSON {baseUrl, clientId, key, others, deliveries, missing}.
// It prints a line of JSON after each step; Flow.java does the same.
import { pathToFileURL } from 'node:url'

const { Ihala, IhalaProblem, TokenRefused, verifyWebhook } = await import(pathToFileURL(process.argv[2]))
const { deliveries, missing, others, ...told } = JSON.parse(process.argv[3])
const say = found => console.log(JSON.stringify(found))

// What is between: an answer that is lost, a service that is away for a moment, a token that is no longer good.
const accidents = []
const calls = []
const wire = async (address, request) => {
  const what = accidents.shift()
  if (what === 'away') return new Response('{}', { status: 503, headers: { 'Retry-After': '0' } })
  if (what === 'token') request.headers.set('Authorization', 'DPoP stale')
  const answer = await fetch(address, request)
  calls.push([request.method, answer.status, answer.headers.get('idempotent-replayed')])
  if (what === 'lost') throw new TypeError('the answer was lost')
  return what === 'cut' ? new Response(answer.body.pipeThrough(cut()), answer) : answer
}
function cut() { // in the middle of the second event
  let left = 700
  return new TransformStream({
    transform(chunk, out) {
      out.enqueue(chunk.subarray(0, left))
      if ((left -= chunk.length) < 0) out.error(new TypeError('the line was cut'))
    },
  })
}
const ihala = new Ihala({ ...told, language: 'ar', pauseMs: 1, fetch: wire })

const cursor = await ihala.events.latest()
const seen = []
accidents.push('cut')
calls.length = 0
for await (const { event, cursor: next } of ihala.events.follow()) {
  seen.push([event.type, event.sequence, next, event.dataschema])
  if (seen.length === 2) say({ before: seen.map(([type]) => type), latest: next === cursor })
  if (seen.length === 3) break
}
say({ streamed: seen[2][0], sequence: seen[2][1], schema: seen[2][3], opened: calls.length })

for await (const { event } of ihala.events.follow({ after: seen[2][2], by: 'pages' })) {
  say({ paged: event.type, sequence: event.sequence })
  break
}

calls.length = 0
accidents.push('away', 'lost')
const types = ['org.ihala.referral.accepted']
const made = await ihala.notify.post('/v1/subscriptions', { body: { kind: 'feed', types } })
say({ posts: calls, status: made.status, etag: made.etag, types: made.data.types })
for (let more = 0; more < 2; more++) await ihala.notify.post('/v1/subscriptions', { body: { kind: 'feed' } })
const listed = []
for await (const one of ihala.notify.items('/v1/subscriptions', { query: { limit: 1 } })) listed.push(one.id)
const one = await ihala.notify.get('/v1/subscriptions/{subscription_id}', { path: { subscription_id: listed[0] } })
say({ listed: new Set(listed).size, first: one.data.id === made.data.id })
accidents.push('away', 'lost')
for await (const { event } of ihala.events.follow({ subscriptionId: made.data.id, after: seen[0][2] })) {
  say({ filtered: event.type })
  break
}

const refused = async work => work.then(() => 'not refused', error => {
  if (error instanceof IhalaProblem) return [error.status, error.slug, error.title, error.requestId !== undefined]
  return [error.name, error instanceof TokenRefused ? error.error : '']
})
calls.length = 0
accidents.push('token')
const again = await ihala.notify.get('/v1/subscriptions')
say({
  tokens: calls.map(([method, status]) => [method, status]), went: again.status,
  missing: await refused(ihala.notify.get('/v1/subscriptions/{subscription_id}', { path: { subscription_id: missing } })),
  scope: await refused(ihala.referral.get('/v1/referrals')),
  old: await refused(ihala.events.follow({ after: 'nonsense' }).next()),
  stranger: await refused(new Ihala({ ...told, clientId: 'nobody' }).notify.get('/v1/subscriptions')),
})

const went = []
for (const other of others) went.push((await new Ihala({ ...told, ...other }).notify.get('/v1/subscriptions')).status)
const { value, expiresAt } = await ihala.kafkaToken()
const { aud } = JSON.parse(atob(value.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')))
say({ keys: went, kafka: aud, minutes: Math.round((expiresAt - Date.now()) / 60_000) })

const checked = []
for (const { keys, headers, body } of deliveries) {
  checked.push(await verifyWebhook(keys, headers, body).then(event => event.id, error => error.name))
}
say({ checked })
