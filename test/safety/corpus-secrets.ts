// Kinds of secrets that people and programs generate themselves: passwords, application keys, connection strings, key
// files.
import type { Random } from './corpus-random.ts';
import { jwt, plain, uuid } from './corpus-tokens.ts';
import type { Credential, Form, Kind } from './corpus-types.ts';
import { host, login, mnemonicWords, noun, passwordWords } from './corpus-words.ts';

const kind = (form: Form, name: string, labels: string, make: (random: Random) => Credential | string): Kind => ({
  name,
  form,
  labels: labels.split(','),
  make: (random) => {
    const credential = make(random);
    return typeof credential === 'string' ? plain(credential) : credential;
  },
});

/** 8 to 16 characters as people choose them. */
export function humanPassword(random: Random): string {
  const word = random.pick(passwordWords);
  const styles = [
    () => `${word}${random.between(1970, 2026)}${random.pick(['!', '#', '$', '.', '?'])}`,
    () => `${word}${random.pick(['@', '_', '-', '&'])}${random.between(10, 9999)}`,
    () =>
      `${word.replace(/a/g, '@').replace(/o/g, '0').replace(/i/g, '1').replace(/e/g, '3')}${random.between(10, 999)}`,
    () => `${random.pick(['My', 'The', 'our', 'Big'])}${word}${random.between(1, 99)}${random.pick(['!', '*', '#'])}`,
    () => `${word.toLowerCase()}${random.between(100, 99999)}`,
  ];
  const password = random.pick(styles)();
  return password.length < 8 ? `${password}${random.text(8 - password.length, 'digits')}` : password.slice(0, 16);
}

const shortRandom = (random: Random) =>
  `${random.text(3, 'upper')}${random.text(3, 'lower')}${random.text(2, 'digits')}${random.pick(['!', '%', '#', '*', '+'])}`;

const passwords: readonly Kind[] = [
  kind('password', 'human-password', 'password,db password,admin password,user password', humanPassword),
  kind('password', 'human-pass', 'pass,passwd,pwd,db pass,mysql pwd', humanPassword),
  kind('password', 'human-root-password', 'root password,mysql root password,sa password', humanPassword),
  kind('password', 'short-random-password', 'password,default password,service password', shortRandom),
  kind('password', 'long-random-password', 'password,db password,redis password', (r) => r.text(r.between(14, 20))),
  kind('password', 'symbol-password', 'password,master password', (r) => r.text(r.between(12, 16), 'symbols')),
  kind('password', 'passphrase-dashes', 'passphrase,key passphrase,password', (r) =>
    [noun(r), noun(r), noun(r), r.between(10, 99)].join('-'),
  ),
  kind('password', 'passphrase-words', 'passphrase,backup passphrase', (r) =>
    [noun(r), noun(r), noun(r), noun(r)].join(' '),
  ),
  kind('password', 'smtp-password', 'smtp password,mail password,email host password', humanPassword),
  kind('password', 'ftp-password', 'ftp password,sftp password', humanPassword),
  kind('password', 'ldap-password', 'ldap bind password,bind credentials password', humanPassword),
  kind('password', 'wifi-password', 'wifi password,wlan password,wifi passphrase', humanPassword),
  kind(
    'password',
    'keystore-password',
    'keystore password,store password,key password,truststore password',
    humanPassword,
  ),
  kind('password', 'gmail-app-password', 'gmail app password', (r) =>
    [0, 1, 2, 3].map(() => r.text(4, 'lower')).join(' '),
  ),
  kind('password', 'snowflake-password', 'snowflake password', humanPassword),
  kind('password', 'vpn-secret', 'vpn shared secret,radius secret', humanPassword),
  kind('password', 'client-secret-word', 'client secret,app secret', humanPassword),
];

const generic: readonly Kind[] = [
  kind('named', 'api-key-hex', 'api key,weather api key,service api key', (r) => r.text(32, 'hex')),
  kind('named', 'api-key-base64', 'api key,partner api key', (r) => r.text(40, 'base64')),
  kind('named', 'api-key-uuid', 'api key,subscription key', uuid),
  kind('named', 'api-key-alnum', 'api key,apikey,license api key', (r) => r.text(24)),
  kind('named', 'api-secret', 'api secret,secret key', (r) => r.text(48)),
  kind('named', 'auth-token-hex', 'auth token,access token', (r) => r.text(40, 'hex')),
  kind('named', 'bot-token', 'bot token,refresh token', (r) => r.text(56, 'base64url')),
  kind('named', 'oauth-client-secret', 'client secret,oauth client secret', (r) => r.text(40, 'base64url')),
  kind('named', 'session-secret', 'session secret,cookie secret,session key', (r) => r.text(32)),
  kind('named', 'jwt-secret', 'jwt secret,jwt signing key', (r) => r.text(64, 'hex')),
  kind('named', 'webhook-secret', 'webhook secret,webhook signing secret', (r) => r.text(40, 'hex')),
  kind('named', 'hmac-key', 'hmac key,signing key,hmac secret', (r) => r.bytes(32).toString('base64')),
  kind('named', 'encryption-key-hex', 'encryption key,aes key,data key', (r) => r.text(64, 'hex')),
  kind('named', 'encryption-key-base64', 'encryption key,master key', (r) => r.bytes(32).toString('base64')),
  kind('named', 'salt', 'password salt,hash salt,secret salt', (r) => r.text(32, 'hex')),
  kind('named', 'pepper', 'password pepper,auth pepper', (r) => r.text(24)),
  kind('named', 'csrf-secret', 'csrf secret,csrf token secret', (r) => r.text(32, 'base64url')),
  kind('named', 'django-secret-key', 'secret key,django secret key', (r) => r.text(50, 'symbols')),
  kind('named', 'rails-master-key', 'rails master key', (r) => r.text(32, 'hex')),
  kind('named', 'rails-secret-key-base', 'secret key base', (r) => r.text(128, 'hex')),
  kind('named', 'laravel-app-key', 'app key', (r) => `base64:${r.bytes(32).toString('base64')}`),
  kind('named', 'symfony-app-secret', 'app secret', (r) => r.text(32, 'hex')),
  kind('named', 'wordpress-salt', 'auth salt,secure auth key,nonce salt', (r) => r.text(64, 'symbols')),
  kind('named', 'totp-secret', 'totp secret,otp secret,mfa secret', (r) => r.text(32, 'base32')),
  kind('named', 'vapid-private-key', 'vapid private key', (r) => r.text(43, 'base64url')),
  kind('named', 'license-key', 'license key,product license key', (r) =>
    [0, 1, 2, 3, 4].map(() => r.text(5, 'upperDigits')).join('-'),
  ),
  kind(
    'named',
    'ethereum-private-key',
    'private key,wallet private key,deployer private key',
    (r) => `0x${r.text(64, 'hex')}`,
  ),
  kind('named', 'bitcoin-wif', 'wallet private key,wif', (r) => `${r.pick(['K', 'L'])}${r.text(51, 'base58')}`),
  kind('named', 'mnemonic', 'mnemonic,seed phrase,wallet mnemonic', (r) =>
    Array.from({ length: 12 }, () => r.pick(mnemonicWords)).join(' '),
  ),
  kind('named', 'influx-token', 'influx token,influxdb admin token', (r) => `${r.text(86, 'base64url')}==`),
  kind('named', 'elastic-api-key', 'elastic api key', (r) =>
    Buffer.from(`${r.text(20)}:${r.text(22)}`).toString('base64'),
  ),
  kind('named', 'kafka-sasl-password', 'sasl password,kafka password', (r) => r.text(32)),
  kind('named', 'minio-secret', 'minio secret key,s3 secret key', (r) => r.text(40)),
  kind('named', 'recaptcha-secret', 'recaptcha secret', (r) => `6L${r.text(38, 'base64url')}`),
  kind('named', 'credential', 'credentials,service credential', (r) => r.text(36)),
];

/** A text with a password, and the password as the text spells it. */
function dsn(form: string, labels: string, write: (random: Random, password: string) => string): Kind {
  return kind('url', form, labels, (random) => {
    const password = random.chance(0.6) ? humanPassword(random).replace(/[^\w!.*-]/g, 'x') : random.text(20);
    return { text: write(random, password), secrets: [password] };
  });
}

const urls: readonly Kind[] = [
  dsn('postgres-url', 'database url,db url', (r, p) => `postgres://${login(r)}:${p}@${host(r)}:5432/${noun(r)}`),
  dsn('mysql-url', 'database url,mysql url', (r, p) => `mysql://${login(r)}:${p}@${host(r)}/${noun(r)}`),
  dsn(
    'mongodb-url',
    'mongo uri,mongodb uri',
    (r, p) => `mongodb+srv://${login(r)}:${p}@${host(r)}/${noun(r)}?retryWrites=true`,
  ),
  dsn('redis-url', 'redis url,cache url', (r, p) => `redis://:${p}@${host(r)}:6379/0`),
  dsn('amqp-url', 'broker url,rabbitmq url', (r, p) => `amqps://${login(r)}:${p}@${host(r)}/${noun(r)}`),
  dsn(
    'sqlalchemy-url',
    'sqlalchemy database uri',
    (r, p) => `postgresql+psycopg2://${login(r)}:${p}@${host(r)}/${noun(r)}`,
  ),
  dsn('oracle-url', 'oracle dsn', (r, p) => `oracle://${login(r)}:${p}@${host(r)}:1521/${noun(r)}`),
  dsn('snowflake-url', 'snowflake url', (r, p) => `snowflake://${login(r)}:${p}@acme-eu1/${noun(r)}`),
  dsn('https-basic-url', 'elasticsearch url,api url', (r, p) => `https://${login(r)}:${p}@${host(r)}:9200`),
  dsn('git-url', 'repository url,git remote', (r, p) => `https://${login(r)}:${p}@git.${noun(r)}.com/${noun(r)}.git`),
  dsn('ftp-url', 'ftp url,upload url', (r, p) => `ftp://${login(r)}:${p}@${host(r)}/incoming`),
  dsn('smtp-url', 'smtp url,mailer dsn', (r, p) => `smtps://${login(r)}:${p}@${host(r)}:465`),
  dsn(
    'jdbc-parameters',
    'jdbc url,spring datasource url',
    (r, p) => `jdbc:postgresql://${host(r)}/${noun(r)}?user=${login(r)}&password=${p}`,
  ),
  dsn(
    'jdbc-sqlserver',
    'jdbc url',
    (r, p) => `jdbc:sqlserver://${host(r)};databaseName=${noun(r)};user=${login(r)};password=${p};encrypt=true`,
  ),
  dsn('jdbc-oracle-thin', 'jdbc url', (r, p) => `jdbc:oracle:thin:${login(r)}/${p}@${host(r)}:1521/${noun(r)}`),
  dsn(
    'ado-net',
    'connection string,default connection',
    (r, p) => `Server=${host(r)};Database=${noun(r)};User Id=${login(r)};Password=${p};Encrypt=True`,
  ),
  dsn(
    'odbc',
    'connection string,odbc dsn',
    (r, p) => `Driver={ODBC Driver 18 for SQL Server};Server=${host(r)};Uid=${login(r)};Pwd=${p};`,
  ),
  dsn(
    'libpq',
    'conninfo,pg dsn',
    (r, p) => `host=${host(r)} port=5432 dbname=${noun(r)} user=${login(r)} password=${p}`,
  ),
  dsn('go-mysql-dsn', 'mysql dsn,dsn', (r, p) => `${login(r)}:${p}@tcp(${host(r)}:3306)/${noun(r)}?parseTime=true`),
  kind('url', 'azure-storage-connection', 'storage connection string', (r) => {
    const key = `${r.text(86, 'base64')}==`;
    return {
      text: `DefaultEndpointsProtocol=https;AccountName=${noun(r)};AccountKey=${key};EndpointSuffix=core.windows.net`,
      secrets: [key.slice(0, 60)],
    };
  }),
  kind('url', 'azure-service-bus', 'service bus connection', (r) => {
    const key = r.bytes(32).toString('base64');
    return {
      text: `Endpoint=sb://${noun(r)}.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${key}`,
      secrets: [key.slice(0, 40)],
    };
  }),
  kind('url', 'azure-sas', 'sas url,blob url', (r) => {
    const signature = encodeURIComponent(r.bytes(32).toString('base64'));
    return {
      text: `https://${noun(r)}.blob.core.windows.net/data?sv=2022-11-02&sp=rl&se=2027-01-01&sig=${signature}`,
      secrets: [signature.slice(0, 38)],
    };
  }),
  kind('url', 'sentry-legacy-dsn', 'sentry dsn', (r) => {
    const secret = r.text(32, 'hex');
    return {
      text: `https://${r.text(32, 'hex')}:${secret}@sentry.${noun(r)}.com/${r.between(2, 99)}`,
      secrets: [secret],
    };
  }),
  kind('url', 'url-query-key', 'endpoint,feed url', (r) => {
    const secret = r.text(32, 'hex');
    return {
      text: `https://${host(r)}/v2/${noun(r)}?${r.pick(['api_key', 'apikey', 'access_token', 'key', 'token'])}=${secret}&units=metric`,
      secrets: [secret],
    };
  }),
  kind('url', 'basic-header', 'authorization header,auth header', (r) => {
    const encoded = Buffer.from(`${login(r)}:${humanPassword(r)}`).toString('base64');
    return { text: `Authorization: Basic ${encoded}`, secrets: [encoded.replace(/=+$/, '')] };
  }),
  kind('url', 'bearer-header', 'authorization header,auth header', (r) => {
    const secret = r.text(r.between(32, 48), 'base64url');
    return { text: `Authorization: Bearer ${secret}`, secrets: [secret] };
  }),
  kind('url', 'cookie-header', 'cookie,session cookie', (r) => {
    const secret = r.text(40, 'base64url');
    return {
      text: `Cookie: ${r.pick(['sessionid', 'connect.sid', 'PHPSESSID', 'auth_token'])}=${secret}; lang=en`,
      secrets: [secret],
    };
  }),
  kind('url', 'api-key-header', 'header', (r) => {
    const secret = r.text(32, 'hex');
    return {
      text: `${r.pick(['X-Api-Key', 'X-Auth-Token', 'apikey', 'Ocp-Apim-Subscription-Key'])}: ${secret}`,
      secrets: [secret],
    };
  }),
  kind('url', 'jwt-header', 'authorization header', (r) => {
    const secret = jwt(r);
    return { text: `Authorization: Bearer ${secret}`, secrets: [secret.slice(secret.lastIndexOf('.') + 1)] };
  }),
];

/** Base64 in lines of 64 characters. All lines except the last are the secrets. */
function armoured(head: string, bytes: Buffer, tail: string, width = 64): Credential {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  return { text: [head, ...lines, tail].filter((line) => line !== '').join('\n'), secrets: lines.slice(1, -1) };
}

function pem(name: string, label: string, start: string, size: number): Kind {
  return kind('block', name, 'private key,tls key,signing key', (r) => {
    const bytes = Buffer.concat([Buffer.from(start, 'hex'), r.bytes(size)]);
    return armoured(`-----BEGIN ${label}-----`, bytes, `-----END ${label}-----`);
  });
}

const blocks: readonly Kind[] = [
  pem('rsa-private-key', 'RSA PRIVATE KEY', '308204a40201000282010100', 500),
  pem('pkcs8-private-key', 'PRIVATE KEY', '308204be020100300d06092a864886f70d0101010500', 600),
  pem('ec-private-key', 'EC PRIVATE KEY', '30770201010420', 130),
  pem('dsa-private-key', 'DSA PRIVATE KEY', '308201bb02010002818100', 400),
  pem('encrypted-private-key', 'ENCRYPTED PRIVATE KEY', '3082052a30540609', 600),
  pem('openssh-private-key', 'OPENSSH PRIVATE KEY', '6f70656e7373682d6b65792d763100', 350),
  kind('block', 'pgp-private-key', 'pgp key', (r) =>
    armoured(
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\n',
      Buffer.concat([Buffer.from('9501d804', 'hex'), r.bytes(500)]),
      '-----END PGP PRIVATE KEY BLOCK-----',
    ),
  ),
  kind('block', 'putty-private-key', 'ppk', (r) =>
    armoured(
      `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: rsa-key-2024\nPrivate-Lines: 8`,
      r.bytes(380),
      `Private-MAC: ${r.text(64, 'hex')}`,
    ),
  ),
  kind('block', 'pem-without-head', 'private key', (r) =>
    armoured(
      '',
      Buffer.concat([Buffer.from('308204a40201000282010100', 'hex'), r.bytes(500)]),
      '-----END RSA PRIVATE KEY-----',
    ),
  ),
];

export const ownKinds: readonly Kind[] = [...passwords, ...generic, ...urls, ...blocks];
