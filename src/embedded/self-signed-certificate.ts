import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A key and a certificate that vouches for itself, as PEM. */
export interface SelfSignedCertificate {
  readonly key: string;
  readonly certificate: string;
}

const DAY_MS = 86_400_000;
const LIFE_DAYS = 3_650;

let shared: SelfSignedCertificate | undefined;

/** The certificate of this process for 127.0.0.1, ::1 and localhost. Every server in it shares one key: making it takes about 1 ms. */
export function processCertificate(): SelfSignedCertificate {
  shared ??= selfSignedCertificate(Date.now());
  return shared;
}

/**
 * Node makes keys and signatures but no X.509. The library for it (@peculiar/x509 2.x: 5 MB, 110–150 ms to import, 15 ms a certificate)
 * costs more than the whole start of a cluster, and what is needed is one fixed shape: so its DER is written here.
 */
export function selfSignedCertificate(nowMs: number): SelfSignedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const body = certificateBody(publicKey, nowMs);
  const certificate = sequence(body, ECDSA_WITH_SHA256, bitString(signatureOf(body, createPrivateKey(privateKey))));
  return { key: privateKey, certificate: pem('CERTIFICATE', certificate) };
}

function signatureOf(body: Buffer, key: KeyObject): Buffer {
  return sign('sha256', body, key);
}

/** TBSCertificate of RFC 5280. It is its own authority, so both the rights of a server and of an authority are in it. */
function certificateBody(publicKey: Buffer, nowMs: number): Buffer {
  const name = sequence(set(sequence(objectId('550403'), tagged(0x0c, Buffer.from('reconcile-machine embedded')))));
  const serial = randomBytes(16);
  // A positive number without a leading zero byte: the first bits are 01.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    ECDSA_WITH_SHA256,
    name,
    // Clients whose clocks are a little behind take it too.
    sequence(time(nowMs - DAY_MS), time(nowMs + LIFE_DAYS * DAY_MS)),
    name,
    publicKey,
    tagged(0xa3, sequence(...EXTENSIONS)),
  );
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(bytes: number): readonly number[] {
  if (bytes < 0x80) return [bytes];
  return bytes < 0x100 ? [0x81, bytes] : [0x82, bytes >> 8, bytes & 0xff];
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function set(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, ...parts);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

/** No unused bits in the last byte. */
function bitString(content: Buffer): Buffer {
  return tagged(0x03, Buffer.from([0]), content);
}

/** GeneralizedTime: `YYYYMMDDHHMMSSZ`. UTCTime for the years before 2050, as RFC 5280 demands. */
function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050' ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'));
const CRITICAL = tagged(0x01, Buffer.from([0xff]));

function extension(id: string, content: Buffer, critical = false): Buffer {
  return sequence(objectId(id), ...(critical ? [CRITICAL] : []), tagged(0x04, content));
}

const SUBJECT_NAMES = sequence(
  tagged(0x82, Buffer.from('localhost')),
  tagged(0x87, Buffer.from([127, 0, 0, 1])),
  tagged(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])])),
);

const EXTENSIONS: readonly Buffer[] = [
  // basicConstraints: an authority.
  extension('551d13', sequence(CRITICAL), true),
  // keyUsage: digitalSignature and keyCertSign.
  extension('551d0f', tagged(0x03, Buffer.from([2, 0x84])), true),
  // extKeyUsage: serverAuth.
  extension('551d25', sequence(objectId('2b06010505070301'))),
  // subjectAltName
  extension('551d11', SUBJECT_NAMES),
];
