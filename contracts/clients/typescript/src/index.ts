import { Connection } from './connection.js'
import { Events } from './events.js'
import type { paths as DirectoryPaths } from './generated/directory.js'
import type { paths as GatewayPaths } from './generated/gateway.js'
import type { paths as IntakePaths } from './generated/intake.js'
import type { paths as NotifyPaths } from './generated/notify.js'
import type { paths as ReferralPaths } from './generated/referral.js'
import { Service } from './service.js'
import type { Settings } from './settings.js'

/** Ihala, as one system calls it. */
export class Ihala {
  private readonly connection: Connection
  readonly directory: Service<DirectoryPaths>
  readonly gateway: Service<GatewayPaths>
  readonly intake: Service<IntakePaths>
  readonly notify: Service<NotifyPaths>
  readonly referral: Service<ReferralPaths>
  readonly events: Events

  constructor(settings: Settings) {
    const connection = (this.connection = new Connection(settings))
    this.directory = new Service(connection, 'directory')
    this.gateway = new Service(connection, 'gateway')
    this.intake = new Service(connection, 'intake')
    this.notify = new Service(connection, 'notify')
    this.referral = new Service(connection, 'referral')
    this.events = new Events(connection)
  }

  /** Return a token for Kafka alone (SASL/OAUTHBEARER), good for five minutes at most, and when it ends. Throws TokenRefused. */
  async kafkaToken(): Promise<{ value: string; expiresAt: Date }> {
    const { value, expiresAt } = await this.connection.kafka.current()
    return { value, expiresAt: new Date(expiresAt) }
  }

  /** Send what no type describes; `path` begins with the service. Throws IhalaProblem, TokenRefused. */
  send: Connection['send'] = call => this.connection.send(call)
}

export type { Call } from './connection.js'
export type { CloudEvent, EventData, EventType, Followed, FollowOptions } from './events.js'
export { IhalaProblem, TokenRefused, type FieldError } from './problem.js'
export type { Settings } from './settings.js'
export type { Answer, Item, Options, Result } from './types.js'
export { WebhookRefused, verifyWebhook, type VerifyOptions } from './webhooks.js'
export type { components as Directory } from './generated/directory.js'
export type { components as Gateway } from './generated/gateway.js'
export type { components as Intake } from './generated/intake.js'
export type { components as Notify } from './generated/notify.js'
export type { components as Referral } from './generated/referral.js'
