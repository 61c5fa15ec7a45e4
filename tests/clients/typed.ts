// What must not compile, and what must: `tsc` reads it, nobody runs it.
import { Ihala, type CloudEvent, type Referral } from 'ihala-client'

declare const ihala: Ihala
const path = { referral_id: '0194' }

const { data, etag } = await ihala.referral.get('/v1/referrals/{referral_id}', { path })
export const state: Referral['schemas']['State'] = data.state
export const accepted = await ihala.referral.post('/v1/referrals/{referral_id}/acceptance', { path, ifMatch: etag as string })
for await (const referral of ihala.referral.items('/v1/referrals', { query: { state: ['offered'] } })) referral.referral_id satisfies string

// @ts-expect-error a path that is none
await ihala.referral.get('/v1/nothing')
// @ts-expect-error it needs to know which
await ihala.referral.get('/v1/referrals/{referral_id}')
// @ts-expect-error a change needs the version that it changes
await ihala.referral.post('/v1/referrals/{referral_id}/acceptance', { path })
// @ts-expect-error a state that is none
await ihala.referral.get('/v1/referrals', { query: { state: ['lost'] } })
// @ts-expect-error no such method there
await ihala.referral.delete('/v1/referrals/{referral_id}', { path })
// @ts-expect-error a decline says why
await ihala.referral.post('/v1/referrals/{referral_id}/decline', { path, ifMatch: '"1"', body: {} })

export function by(event: CloudEvent<'org.ihala.referral.accepted'>): string | undefined {
  // @ts-expect-error an event holds no name
  void event.data.name
  event.dataschema satisfies string | undefined
  return event.data.first_contact_by
}
