// Shape rules for passwords in commands: after an option, as a positional argument, or piped in.

import { isCertainPassword, isChosenPassword, isRandom, isSecretName, type ShapeRow } from './accept.ts';
import { isPassword } from './values.ts';

const userPass = `["']?(?<user>[^\\s:"'$]{0,80}):(?<secret>[^\\s"']{4,120})`;
const argument = `(?:"([^"\\n]{4,400})"|'([^'\\n]{4,400})'|([^\\s"'$|&;]{4,400}))`;

export const commandRows: readonly ShapeRow[] = [
  {
    kind: 'key as a user without a password',
    contains: ['-u ', '--user '],
    pattern: /(?<=\s)(?:-u|--user)[ ]["']?([^\s:"'$@/]{16,200}):["']?(?=\s|$)/gm,
    accept: isRandom,
  },
  {
    kind: 'user and password',
    contains: ['--user', '--auth', '-a ', '--creds', '-u '],
    pattern: new RegExp(
      `(?:^|\\s)(?:--user|--auth|--creds|--basic-auth|--proxy-user|--http-user|-a|-u)[= ]${userPass}`,
      'gm',
    ),
    accept: isChosenPassword,
  },
  {
    kind: 'password of a command',
    pattern: new RegExp(
      `\\b(?:sshpass|mysql\\w*|mariadb\\w*|mongo\\w*|redis-cli|docker|podman|helm|oc|az[ ]+(?:login|acr[ ]+login|\\w+[ ]+(?:flexible-server|server|db))|lftp|ldap\\w+|sqlcmd|bcp|unzip|zip|7z\\w?|xfreerdp|smbclient|influx|skopeo|buildah|crane|cf|twine|cypher-shell|cqlsh|rdesktop|psexec\\w*|evil-winrm|crackmapexec|nxc|netexec|wmiexec\\w*|mosquitto_\\w+|ipmitool|osql|isql|kinit|p4|rar|unrar|vncviewer|winrs|cifscreds|ncftp\\w*|tsm|dsquery|useradd|tctl|beeline)\\b[^\\n|;&]{0,200}?[\\s"'](?:-[paw]|-P(?![a-z])|--pass|--requirepass|/p:)["']?[ =,]{0,2}${argument}`,
      'g',
    ),
    accept: (secret) => isCertainPassword(secret),
  },
  {
    kind: 'argument of a login',
    contains: [
      'login',
      'auth',
      'activate',
      'register',
      'enroll',
      'unlock',
      'join',
      '--key',
      '--license',
      'set-',
      'set_',
    ],
    pattern:
      /(?:\b(?:login|auth|authenticate|activate|register|enroll|unlock|join|set[-_](?:\w{1,12}[-_])?(?:token|key|secret|credentials?)(?:[ ]+[a-z]{1,12})?)|[\s"']--?(?:enroll|auth|key|license|activation|join))(?:["']?,?[ \t]+["']?--?[\w-]{1,30}){0,2}["']?(?:,?[ \t]+|=)["']?(?<secret>[\w+/.~-]{14,400}={0,2})(?=["'\s,)\]]|$)/gm,
    accept: (secret) => isRandom(secret) && !/\.\w{1,5}$|^[/.]/.test(secret),
  },
  {
    kind: 'password piped to a command',
    contains: '|',
    pattern: new RegExp(
      `\\b(?:echo|printf|print)[ ]+(?:-\\w+[ ]+)?(?:['"]%s(?:\\\\n)?['"][ ]+)?${argument}[ ]*\\|[ ]*[^\\n]{0,80}(?:--password-stdin|--stdin|--data-file=-|--body-file|secrets?[ ]|sudo -\\w*S|passwd|chpasswd|login|cryptsetup|gpg)`,
      'g',
    ),
    accept: (secret) => isCertainPassword(secret.replace(/^\w+:/, '')),
  },
  {
    kind: 'rabbitmqctl',
    contains: ['add_user', 'change_password', 'htpasswd', 'chpasswd', 'net user'],
    pattern: /\b(?:add_user|change_password|htpasswd[ ]+-\w*b\w*[ ]+\S+|net[ ]+user)[ ]+\S+[ ]+["']?([^\s"'$]{6,80})/g,
    accept: (secret) => isCertainPassword(secret),
  },
  {
    kind: 'value of a Secret',
    contains: '--from-literal',
    pattern: /--from-literal[= ]["']?[\w.-]+=["']?([^\s"']{6,400})/g,
    accept: (secret) => isCertainPassword(secret) || isRandom(secret),
  },
  {
    kind: 'value for a store of secrets',
    contains: [
      'secret set',
      'secretsmanager',
      'SecureString',
      'user-secrets',
      '--secret',
      'http-basic',
      'auth-pass',
      'secrets:set',
    ],
    pattern: new RegExp(
      `(?:\\b(?:keyvault[ ]+secret[ ]+set|secretsmanager[ ]+(?:create|put)-secret\\S{0,200}|ssm[ ]+put-parameter)\\b[^\\n]{0,200}?--(?:value|secret-string)|\\bgh[ ]+secret[ ]+set\\b[^\\n]{0,120}?(?:--body|-b)|\\buser-secrets[ ]+set[ ]+\\S+|\\bconfig[ ]+set[ ]+(?:\\S+[ ]+){0,2}--secret[ ]+(?:\\S+)|\\bhttp-basic\\.\\S{1,200}[ ]+\\S+|\\bauth-pass[ ]+\\S+|\\bsecrets:set[ ]+\\S+)[ =]+${argument}`,
      'g',
    ),
    accept: (secret) => isCertainPassword(secret) || isRandom(secret),
  },
  {
    kind: 'value of a key',
    contains: ['kv put', 'etcdctl', 'put-parameter'],
    pattern:
      /\b(?:kv[ ]+put|etcdctl\b[^\n]{0,80}?[ ]put|put-parameter)[ ]+(?:--name[ ]+)?["']?(?<name>[\w/.:-]{2,120})["']?[ ]+["']?(?<secret>[^\s"'$|&;]{4,120})/g,
    accept: (secret, match) => isSecretName(match) && (isCertainPassword(secret) || isRandom(secret)),
  },
  {
    kind: 'password that a command prints',
    contains: ['password-command', 'passcommand', 'PASSCOMMAND', 'PASSWORD_COMMAND'],
    pattern: /(?:pass(?:word)?[-_]?command)["']?[= ]+["']?(?:echo|printf)[ ]+([^\s"'`]{6,120})/gi,
    accept: isCertainPassword,
  },
  {
    kind: 'user of Windows',
    contains: ['/user:', '/USER:', '/u:'],
    pattern: /(?<=[ \t"'])\/u(?:ser)?:\S+[ \t]+(?:\/p(?:ass)?:)?["']?([^\s"'/(=]{6,80})/gi,
    accept: (secret) => isPassword(secret, { literal: true }),
  },
  {
    kind: 'secure string',
    contains: [
      'ConvertTo-SecureString',
      'obscure ',
      'snmp-server',
      'ssh-keygen',
      'smbclient',
      'rpcclient',
      'winexe',
      'smbmap',
      'smbget',
    ],
    pattern:
      /\b(?:ConvertTo-SecureString[ ]+(?:-String[ ]+)?|rclone[ ]+obscure[ ]+|snmp-server[ ]+community[ ]+|ssh-keygen\b[^\n]{0,80}?[ ]-[NP][ ]+|(?:smbclient|rpcclient|winexe|smbmap|smbget)\b[^\n]{0,80}?[ ](?:-U[ ]*)?["']?[\w.\\-]+%)(?:["']([^"'\n]{6,80})["']|([^\s"']{6,80}))/g,
    accept: (secret) => isCertainPassword(secret),
  },
  {
    kind: 'user,password',
    contains: ['lftp', 'ncftp'],
    pattern:
      /\b(?:lftp|ncftp)\b[^\n]{0,80}?[ ]-u[ ]*[\w.@-]+,(?:"([^"\n]{4,120})"|'([^'\n]{4,120})'|([^\s"']{4,120}))/g,
    accept: isCertainPassword,
  },
  {
    kind: 'openssl -k',
    contains: 'openssl',
    pattern: new RegExp(`\\bopenssl\\b[^\\n|;&]{0,200}?[ ](?:-k|-passin|-passout)[ ]${argument}`, 'g'),
    accept: isCertainPassword,
  },
  {
    kind: 'SNMP',
    contains: 'snmp',
    pattern: new RegExp(`\\bsnmp\\w+\\b[^\\n|;&]{0,200}?[ ]-[AX][ ]?${argument}`, 'g'),
    accept: isCertainPassword,
  },
  {
    kind: 'password by its position',
    contains: [
      'cf auth',
      'add-generic-password',
      'add-internet-password',
      'mc alias',
      'mc config',
      'mysqladmin',
      'wpa_passphrase',
      'qpdf',
      'schtasks',
      'net use',
      'smbpasswd',
      'vncpasswd',
      'pdftk',
    ],
    pattern: new RegExp(
      `\\b(?:cf[ ]+auth[ ]+\\S+|mc[ ]+(?:alias[ ]+set|config[ ]+host[ ]+add)[ ]+\\S+[ ]+\\S+[ ]+\\S+|security[ ]+add-\\w+-password\\b[^\\n]{0,160}?[ ]-w|mysqladmin\\b[^\\n|;&]{0,120}?[ ]password|wpa_passphrase[ ]+(?:"[^"\\n]{1,40}"|\\S+)|qpdf\\b[^\\n]{0,80}?--encrypt|schtasks\\b[^\\n]{0,200}?/rp|net[ ]+use[ ]+(?:\\S:[ ]+)?\\\\\\\\\\S+|pdftk\\b[^\\n]{0,120}?(?:user|owner|input)_pw)[ ]+(?!/)${argument}`,
      'gi',
    ),
    accept: isCertainPassword,
  },
  {
    kind: 'password in a here-string',
    contains: '<<<',
    pattern: new RegExp(
      `\\b(?:sudo|su|passwd|login|cryptsetup|gpg|kinit|chpasswd)\\b[^\\n]{0,80}<<<[ ]*${argument}`,
      'g',
    ),
    accept: (secret) => isCertainPassword(secret.replace(/^\w+:/, '')),
  },
  {
    kind: 'user/password of Oracle',
    contains: ['sqlplus', 'sqlldr', 'expdp', 'impdp', 'rman target'],
    pattern:
      /\b(?:sqlplus|sqlldr|expdp|impdp|rman)\b[^\n|;&]{0,80}?[\s"'](?<user>\w{1,40})\/["']?(?<secret>[^\s"'/]{4,80}?)(?=@(?:\/\/)?[\w.-]{1,80}(?:[:/]\S{0,80})?(?:\s|["']|$)|["'\s]|$)/g,
    accept: isChosenPassword,
  },
  {
    kind: 'domain/user:password',
    contains: ['secretsdump', 'psexec', 'wmiexec', 'smbexec', 'GetUserSPNs', 'GetNPUsers', 'mssqlclient', 'impacket'],
    pattern:
      /\b(?:impacket-\w|secretsdump|psexec|wmiexec|smbexec|GetUserSPNs|GetNPUsers|mssqlclient)\S{0,80}[ ][^\n]{0,80}?(?<![\w.-])(?<user>[\w.-]{1,80}):(?<secret>[^\s"']{4,80})@/g,
    accept: isChosenPassword,
  },
];
