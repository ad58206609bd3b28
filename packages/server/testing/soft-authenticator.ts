import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** COSE algorithm identifiers that it knows: ES256, EdDSA, RS256. */
export type CoseAlgorithm = -7 | -8 | -257

interface SoftPasskey {
  readonly id: string
  readonly algorithm: CoseAlgorithm
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly userHandle: string
  count: number
}

/** What it does otherwise than an honest authenticator in an honest browser would. */
export interface Mischief {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  readonly crossOrigin?: boolean
  readonly isUserPresent?: boolean
  readonly isUserVerified?: boolean
  readonly isBackupEligible?: boolean
  readonly isBackedUp?: boolean
  /** Null: it tells none. */
  readonly userHandle?: string | null
  readonly signCount?: number
  /** Signs with another passkey of its own. */
  readonly signWith?: string
  readonly isSignatureTampered?: boolean
  /** Which of its passkeys answers. Default: the newest. */
  readonly id?: string
  readonly attestation?: Cbor
}

export interface AuthenticatorTraits {
  readonly origin: string
  readonly algorithm?: CoseAlgorithm
  /** Default: it counts from 1. */
  readonly doesCount?: boolean
  readonly isBackupEligible?: boolean
  readonly aaguid?: string
}

/** An authenticator in software, in a browser that obeys: makes passkeys and answers with them, by CBOR and COSE of its own. */
export class SoftAuthenticator {
  readonly passkeys: SoftPasskey[] = []
  readonly #traits: Required<AuthenticatorTraits>

  constructor(traits: AuthenticatorTraits) {
    const defaults = { algorithm: -7, doesCount: true, isBackupEligible: false, aaguid: '0'.repeat(32) } as const
    this.#traits = { ...defaults, ...traits }
  }

  /** Answers PublicKeyCredentialCreationOptionsJSON with RegistrationResponseJSON. */
  create(options: string, mischief: Mischief = {}): string {
    const asked = JSON.parse(options)
    const { algorithm, aaguid, doesCount } = this.#traits
    const passkey: SoftPasskey = {
      ...{ id: randomBytes(32).toString('base64url'), algorithm, userHandle: asked.user.id },
      ...makeKeyPair(algorithm),
      count: doesCount ? 1 : 0,
    }
    this.passkeys.push(passkey)
    const idBytes = Buffer.from(passkey.id, 'base64url')
    const idLength = Buffer.alloc(2)
    idLength.writeUInt16BE(idBytes.length)
    const attested = [Buffer.from(aaguid.replaceAll('-', ''), 'hex'), idLength, idBytes, encodeCose(passkey)]
    const rpId = mischief.rpId ?? asked.rp.id
    const authData = Buffer.concat([this.#authenticatorData(rpId, passkey.count, 0x40, mischief), ...attested])
    const attestationObject = encodeCbor(
      new Map<Cbor, Cbor>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
        ...((mischief.attestation as Map<Cbor, Cbor> | undefined) ?? []),
      ]),
    )
    const clientDataJSON = this.#clientData('webauthn.create', asked.challenge, mischief)
    const response = { clientDataJSON, attestationObject: encode(attestationObject), transports: ['internal'] }
    return JSON.stringify(toCredential(passkey.id, response))
  }

  /** Answers PublicKeyCredentialRequestOptionsJSON with AuthenticationResponseJSON. */
  get(options: string, mischief: Mischief = {}): string {
    const asked = JSON.parse(options)
    const passkey = this.passkeys.find(({ id }) => id === mischief.id) ?? this.passkeys.at(-1)
    if (!passkey) throw new Error('it has no passkey')
    if (this.#traits.doesCount) passkey.count += 1
    const count = mischief.signCount ?? passkey.count
    const data = this.#authenticatorData(mischief.rpId ?? asked.rpId, count, 0, mischief)
    const clientDataJSON = this.#clientData('webauthn.get', asked.challenge, mischief)
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
    const signer = this.passkeys.find(({ id }) => id === mischief.signWith) ?? passkey
    const signature = sign(signer.algorithm === -8 ? null : 'sha256', Buffer.concat([data, hash]), signer.privateKey)
    if (mischief.isSignatureTampered)
      signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1)
    const userHandle = mischief.userHandle === undefined ? passkey.userHandle : mischief.userHandle
    const answer = { clientDataJSON, authenticatorData: encode(data), signature: encode(signature), userHandle }
    return JSON.stringify(toCredential(passkey.id, answer))
  }

  /** WebAuthn §6.1. */
  #authenticatorData(rpId: string, count: number, flags: number, mischief: Mischief): Buffer {
    const isEligible = mischief.isBackupEligible ?? this.#traits.isBackupEligible
    const set = (isSet: boolean, flag: number) => (isSet ? flag : 0)
    const all =
      flags |
      set(mischief.isUserPresent ?? true, 0x01) |
      set(mischief.isUserVerified ?? true, 0x04) |
      set(isEligible, 0x08) |
      set(mischief.isBackedUp ?? isEligible, 0x10)
    const tail = Buffer.alloc(5)
    tail.writeUInt8(all, 0)
    tail.writeUInt32BE(count, 1)
    return Buffer.concat([createHash('sha256').update(rpId).digest(), tail])
  }

  #clientData(type: string, challenge: string, mischief: Mischief): string {
    const { origin = this.#traits.origin, crossOrigin = false } = mischief
    const data = { type: mischief.type ?? type, challenge: mischief.challenge ?? challenge, origin, crossOrigin }
    return encode(Buffer.from(JSON.stringify(data)))
  }
}

function toCredential(id: string, response: object): object {
  return {
    id,
    rawId: id,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    response,
    clientExtensionResults: {},
  }
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64url')
}

function makeKeyPair(algorithm: CoseAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === -7) return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (algorithm === -8) return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** RFC 9052 §7, RFC 9053 §7.1 and RFC 8230 §4. */
function encodeCose({ algorithm, publicKey }: SoftPasskey): Buffer {
  const jwk = publicKey.export({ format: 'jwk' })
  const bytes = (member: string | undefined) => Buffer.from(member ?? '', 'base64url')
  const members: [Cbor, Cbor][] =
    algorithm === -7
      ? [
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, bytes(jwk.x)],
          [-3, bytes(jwk.y)],
        ]
      : algorithm === -8
        ? [
            [1, 1],
            [3, -8],
            [-1, 6],
            [-2, bytes(jwk.x)],
          ]
        : [
            [1, 3],
            [3, -257],
            [-1, bytes(jwk.n)],
            [-2, bytes(jwk.e)],
          ]
  return encodeCbor(new Map(members))
}

export type Cbor = number | string | Buffer | Map<Cbor, Cbor> | readonly Cbor[]

/** RFC 8949 §3, as much of it as WebAuthn needs. */
function encodeCbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? encodeHead(1, -1 - value) : encodeHead(0, value)
  if (typeof value === 'string') return Buffer.concat([encodeHead(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([encodeHead(2, value.length), value])
  if (value instanceof Map) {
    const pairs = [...value].flatMap(([key, member]) => [encodeCbor(key), encodeCbor(member)])
    return Buffer.concat([encodeHead(5, value.size), ...pairs])
  }
  return Buffer.concat([encodeHead(4, value.length), ...value.map(encodeCbor)])
}

function encodeHead(major: number, size: number): Buffer {
  if (size < 24) return Buffer.from([(major << 5) | size])
  if (size < 256) return Buffer.from([(major << 5) | 24, size])
  return Buffer.from([(major << 5) | 25, size >> 8, size & 255])
}
