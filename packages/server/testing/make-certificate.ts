import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A key and a certificate of it, in PEM. */
export interface TlsIdentity {
  readonly key: string
  readonly certificate: string
}

/** Makes a certificate for `localhost`, signed by itself, that stands for a day. @see RFC 5280 §4.1 */
export function makeCertificate(): TlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(objectId([42, 134, 72, 206, 61, 4, 3, 2])) // ecdsa-with-SHA256
  const commonName = sequence(objectId([85, 4, 3]), element(0x0c, Buffer.from('localhost')))
  const name = sequence(element(0x31, commonName))
  const day = 86_400_000
  const toBeSigned = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    sequence(time(Date.now() - day), time(Date.now() + day)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    element(0xa3, sequence(authority, alternativeNames)),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  const certificate = sequence(toBeSigned, algorithm, element(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

/** RFC 5280 §4.2.1.9: it is its own authority. */
const authority = sequence(objectId([85, 29, 19]), element(0x04, sequence(element(0x01, Buffer.from([255])))))

/** RFC 5280 §4.2.1.6 */
const alternativeNames = sequence(
  objectId([85, 29, 17]),
  element(0x04, sequence(element(0x82, Buffer.from('localhost')))),
)

function element(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content])
  const bytes = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...bytes]), content])
}

function sequence(...members: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(members))
}

function integer(bytes: Buffer): Buffer {
  return element(0x02, bytes)
}

function objectId(bytes: readonly number[]): Buffer {
  return element(0x06, Buffer.from(bytes))
}

function time(moment: number): Buffer {
  const digits = new Date(moment).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return element(0x17, Buffer.from(`${digits}Z`))
}
