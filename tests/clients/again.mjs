// What the TypeScript client does with answers that a healthy server hardly ever gives. argv: the client's file, then JSON {clientId, key}.
// It prints a line of JSON after each step; Again.java does the same.
import { pathToFileURL } from 'node:url'

const { Ihala } = await import(pathToFileURL(process.argv[2]))
const told = JSON.parse(process.argv[3])
const say = found => console.log(JSON.stringify(found))
const json = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers })

// The server: what it answers next, to a token's request and to the others.
const tokens = []
const answers = []
const calls = []
const wire = async (address, request) => {
  const url = new URL(address)
  const isToken = url.pathname === '/oauth/token'
  calls.push(isToken ? 'token' : url.searchParams.get('after') ?? new Headers(request.headers).get('Last-Event-ID'))
  return (isToken ? tokens : answers).shift() ?? json(200, { access_token: 'good', expires_in: isToken && calls.short ? 0 : 300 })
}
const warnings = []
const warn = words => warnings.push(words)
const made = () => new Ihala({ ...told, baseUrl: 'http://ihala.test', tries: 2, pauseMs: 1, fetch: wire, warn })
const refused = work => work.then(() => 'good', error => error.error ?? error.slug ?? error.name)
const list = ihala => refused(ihala.notify.get('/v1/subscriptions'))
const nonces = (status, count) => Array.from({ length: count }, (_, at) =>
  json(status, { error: 'use_dpop_nonce' }, { 'DPoP-Nonce': `n${at >> 1}`, 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"' }))

tokens.push(...nonces(400, 4))
answers.push(...nonces(401, 4))
say({ nonces: await list(made()), calls: calls.length })
tokens.push(...nonces(400, 5))
say({ endless: await list(made()) })

const event = id => ({ specversion: '1.0', id, type: 'org.ihala.referral.accepted', sequence: 1, data: {} })
const [one, two, three] = [1, 2, 3].map(at => event(`00000000-0000-7000-8000-00000000000${at}`))
answers.push(json(200, { events: [one, two], cursor: 'c2' }), json(200, { events: [three, one], cursor: 'c4' }))
calls.length = 0
const cursors = []
const follower = made()
for await (const { cursor } of follower.events.follow({ after: '', by: 'pages' })) if (cursors.push(cursor) === 4) break
say({ cursors, calls })

answers.push(new Response(`id: c1\ndata: ${JSON.stringify(one)}\n\n`))
calls.length = 0
for await (const { cursor } of follower.events.follow({ after: '' })) {
  say({ streamed: cursor, calls })
  break
}

// Who is asked for an hour hears of it at once; who is asked to come back now is told to wait, also who follows.
const later = seconds => json(429, { type: 'urn:ihala:problem:too-many-requests' }, { 'Retry-After': seconds })
calls.length = 0
tokens.push(later('3600'))
const long = [await list(made())]
answers.push(later('3600'))
long.push(await list(made()))
warnings.length = 0
answers.push(later('0'), later('0'), later('0'), json(200, { events: [one], cursor: 'c2' }))
for await (const _ of made().events.follow({ after: '', by: 'pages' })) break
say({ long, calls: calls.length, told: warnings.length, why: warnings[0].endsWith('; tried again in 0.0 s') })

calls.short = true
const found = []
const ihala = made()
found.push(await list(ihala))
tokens.push(json(400, { error: 'invalid_client' }))
for (let times = 0; times < 2; times++) found.push(await list(ihala))
say({ refusals: found })
