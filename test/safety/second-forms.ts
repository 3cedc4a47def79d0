// The forms in which people write credentials and passwords: the second corpus. A form begins with `--- PATH`.
// Slots: «v» the value as written, «v64» in base64, «vUrl» in percent-encoding, «u» a user, and names (`slotsOf` in second-corpus.ts).

export interface Form {
  readonly path: string;
  readonly body: string;
}

function read(text: string): Form[] {
  return text
    .trim()
    .split(/^--- /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { path: part.slice(0, end), body: part.slice(end + 1).trimEnd() };
    });
}

/** A credential of a vendor, beside its name or in a container that says what it holds. */
export const tokenForms: readonly Form[] = read(String.raw`
--- .env
APP_ENV=production
«env»=«v»
LOG_LEVEL=info
--- .env.production
export «env»="«v»"
--- .env.example.bak
# «vendor»
«env» = '«v»'
--- config.fish
set -gx «env» «v»
--- profile.ps1
$env:«env» = "«v»"
--- deploy.bat
set «env»=«v»
call npm run deploy
--- setup.cmd
setx «env» "«v»"
--- .bashrc
alias ll='ls -la'
export «env»=«v» # «vendor», personal
--- config.yml
«slug»:
  enabled: true
  «kindSnake»: «v»
--- settings.yaml
integrations:
  - name: «slug»
    «kindCamel»: "«v»"
--- docker-compose.yml
services:
  app:
    image: app:1.4
    environment:
      - «env»=«v»
      - NODE_ENV=production
--- compose.yaml
services:
  worker:
    environment:
      «env»: «v»
--- k8s/secret.yaml
apiVersion: v1
kind: Secret
metadata:
  name: «slug»
stringData:
  «kebab»: «v»
--- k8s/opaque.yaml
apiVersion: v1
kind: Secret
metadata:
  name: «slug»-credentials
type: Opaque
data:
  «env»: «v64»
--- k8s/deployment.yaml
        env:
          - name: «env»
            value: "«v»"
          - name: PORT
            value: "8080"
--- k8s/configmap.yaml
kind: ConfigMap
metadata:
  name: app
data:
  app.properties: |
    server.port=8080
    «dotted»=«v»
--- helm/values.yaml
secrets:
  «camel»: «v»
--- helm.md
helm upgrade --install app ./chart --set-string secrets.«camel»=«v» --wait
--- .github/workflows/deploy.yml
jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      «env»: «v»
--- .github/workflows/release.yml
      - uses: acme/deploy@v2
        with:
          «kebab»: «v»
--- .gitlab-ci.yml
variables:
  DOCKER_DRIVER: overlay2
  «env»: "«v»"
--- azure-pipelines.yml
variables:
- name: «env»
  value: '«v»'
--- .travis.yml
env:
  global:
    - «env»=«v»
--- Jenkinsfile
pipeline {
  environment {
    «env» = '«v»'
  }
}
--- group_vars/all.yml
«snake»: "«v»"
«slug»_region: eu
--- appsettings.json
{
  "«pascalVendor»": {
    "BaseUrl": "https://api.example.com",
    "«kindPascal»": "«v»"
  }
}
--- config.json
{ "port": 3000, "«camel»": "«v»", "retries": 3 }
--- staging.postman_environment.json
{"values": [{"key": "«camel»", "value": "«v»", "type": "default", "enabled": true}]}
--- task-definition.json
{
  "environment": [
    { "name": "PORT", "value": "80" },
    { "name": "«env»", "value": "«v»" }
  ]
}
--- .mcp.json
{"mcpServers": {"«slug»": {"command": "npx", "args": ["-y", "«slug»-mcp"], "env": {"«env»": "«v»"}}}}
--- mcp-args.json
{"mcpServers": {"«slug»": {"command": "npx", "args": ["«slug»-mcp", "--«kindKebab»", "«v»"]}}}
--- .vscode/launch.json
{"configurations": [{"type": "node", "request": "launch", "env": {"«env»": "«v»"}}]}
--- app.log.json
{"level":"debug","time":1764300000,"msg":"client created","«kindCamel»":"«v»","vendor":"«slug»"}
--- notebook.ipynb
{"cells": [{"cell_type": "code", "source": ["import os\n", "os.environ[\"«env»\"] = \"«v»\"\n"]}]}
--- explore.ipynb
{"cells": [{"cell_type": "code", "outputs": [{"name": "stdout", "text": ["«env»: «v»\n"]}], "source": ["print(config)"]}]}
--- config.toml
[«slug»]
timeout = 30
«kindSnake» = "«v»"
--- wrangler.toml
[vars]
ENVIRONMENT = "staging"
«env» = "«v»"
--- application.properties
spring.application.name=app
«dotted»=«v»
--- settings.ini
[«slug»]
«kindSnake» = «v»
--- application.yml
spring:
  application:
    name: app
«slug»:
  «kindKebab»: «v»
--- web.config
<appSettings>
  <add key="«pascal»" value="«v»" />
</appSettings>
--- res/values/strings.xml
<resources>
  <string name="«snake»">«v»</string>
</resources>
--- Info.plist
<dict>
  <key>«pascal»</key>
  <string>«v»</string>
</dict>
--- AndroidManifest.xml
<meta-data android:name="com.«slug».«kindPascal»" android:value="«v»" />
--- client.py
from «slug» import Client

«env» = "«v»"
client = Client(«env»)
--- main.py
client = «pascalVendor»Client(
    «kindSnake»="«v»",
    timeout=10,
)
--- settings.py
«env» = os.environ.get("«env»", "«v»")
--- fetch.py
headers = {"Authorization": "Bearer «v»", "Accept": "application/json"}
--- conf.py
CONFIG = {'debug': False, '«snake»': '«v»'}
--- index.js
const «camel» = '«v»';
--- client.ts
export const client = new «pascalVendor»({ region: 'eu', «kindCamel»: '«v»' });
--- env.ts
const «camel» = process.env.«env» ?? '«v»';
--- axios.js
axios.defaults.headers.common['X-«kindHeader»'] = '«v»';
--- fetch.js
await fetch(url, { headers: { 'x-«kindKebab»': '«v»' } });
--- store.js
localStorage.setItem('«snake»', '«v»');
--- main.go
const «camel» = "«v»"
--- client.go
client := «slug».NewClient(«slug».With«kindPascal»("«v»"))
--- setup_test.go
t.Setenv("«env»", "«v»")
--- header.go
req.Header.Set("Authorization", "Bearer «v»")
--- Config.java
public static final String «env» = "«v»";
--- Client.java
var client = «pascalVendor»Client.builder().«kindCamel»("«v»").build();
--- Options.cs
public string «kindPascal» { get; set; } = "«v»";
--- Program.cs
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "«v»");
--- initializer.rb
«pascalVendor».configure do |config|
  config.«kindSnake» = '«v»'
end
--- spec_helper.rb
ENV['«env»'] ||= '«v»'
--- wp-config.php
define( '«env»', '«v»' );
--- services.php
'«slug»' => [
    '«kindSnake»' => '«v»',
],
--- main.rs
const «env»: &str = "«v»";
--- client.rs
let client = Client::new().«kindSnake»("«v»".to_string());
--- Config.kt
private const val «env» = "«v»"
--- App.swift
let «camel» = "«v»"
--- config.dart
static const String «camel» = '«v»';
--- config.h
#define «env» "«v»"
--- runtime.exs
config :app, :«slug», «kindSnake»: "«v»"
--- Settings.scala
val «camel»: String = "«v»"
--- analysis.R
Sys.setenv(«env» = "«v»")
--- build.gradle
buildConfigField "String", "«env»", "\"«v»\""
--- build.gradle.kts
val «camel» by extra("«v»")
--- api.sh
curl -sS https://api.example.com/v1/items -H "X-«kindHeader»: «v»"
--- call.sh
curl --request GET \
  --url https://api.example.com/v2/me \
  --header 'Authorization: Bearer «v»'
--- basic.sh
curl -u «v»: https://api.example.com/v1/charges
--- query.sh
curl "https://api.example.com/v1/search?q=a&«kindSnake»=«vUrl»&limit=5"
--- login.sh
«slug» login --«kindKebab» «v»
--- deploy.sh
«slug» deploy --env production --«kindKebab»=«v» ./dist
--- pipe.sh
echo "«v»" | «slug» login --username ci --password-stdin
--- run.sh
docker run -d -p 80:80 -e «env»=«v» acme/app:latest
--- build.sh
docker build --build-arg «env»=«v» -t app .
--- secret.sh
kubectl create secret generic «slug» --from-literal=«kebab»=«v»
--- gh.sh
gh secret set «env» --body "«v»"
--- heroku.sh
heroku config:set «env»=«v» --app shop
--- clone.sh
git clone https://oauth2:«vUrl»@git.example.com/acme/app.git
--- inline.sh
«env»=«v» npm run migrate
--- httpie.sh
http POST api.example.com/v1/jobs "X-«kindHeader»:«v»" name=a
--- pulumi.sh
pulumi config set «slug»:«kindCamel» «v»
--- aws.sh
aws ssm put-parameter --name /prod/«slug»/«kindSnake» --type SecureString --value «v»
--- vault.sh
vault kv put secret/«slug» «kindSnake»=«v»
--- provider.tf
provider "«slug»" {
  «kindSnake» = "«v»"
}
--- terraform.tfvars
region = "eu-west-1"
«snake» = "«v»"
--- variables.tf
variable "«snake»" {
  description = "«human»"
  type        = string
  default     = "«v»"
}
--- lambda.tf
  environment {
    variables = {
      «env» = "«v»"
    }
  }
--- main.bicep
param «camel» string = '«v»'
--- template.yaml
Parameters:
  «pascal»:
    Type: String
    Default: «v»
--- Dockerfile
FROM node:24
ENV «env»=«v»
--- Dockerfile.old
FROM python:3.12
ENV «env» «v»
--- build.Dockerfile
ARG «env»=«v»
RUN make
--- server.log
2026-11-02 08:14:03,120 DEBUG «slug».client: request headers: {'Authorization': 'Bearer «v»', 'User-Agent': 'acme'}
--- boot.log
[INFO] loaded config: port=8080 «env»=«v» debug=false
--- trace.log
> GET /v1/me HTTP/2
> Host: api.example.com
> Authorization: Bearer «v»
> Accept: */*
--- error.log
ERROR 401 Unauthorized: invalid «human» «v»
--- crash.log
ValueError: Incorrect «kindHuman» provided: «v». You can find yours in the dashboard.
--- README.md
Set ${'`'}«env»${'`'} to ${'`'}«v»${'`'} and restart.
--- docs/setup.md
1. Open the settings of «vendor».
2. The «kindHuman» for staging is «v».
--- docs/access.md
| Environment | «human» |
| --- | --- |
| staging | ${'`'}«v»${'`'} |
--- notes.md
- **«human»:** «v»
- **Owner:** platform team
--- HANDOVER.md
Our «human» is ${'`'}«v»${'`'}, please rotate it before the launch.
--- chat.txt
anna: can you send me the «human» again?
ben: sure, «human»: «v»
--- mail.txt
Hi,
please use this «kindHuman» for «vendor»: «v»
Thanks
--- seed.sql
INSERT INTO settings (name, value) VALUES ('«snake»', '«v»');
--- update.sql
UPDATE integrations SET «kindSnake» = '«v»' WHERE vendor = '«slug»';
--- duck.sql
CREATE SECRET «slug» (TYPE s3, KEY_ID 'id', SECRET '«v»');
--- dump.sql
COPY public.integrations (id, vendor, «kindSnake», created_at) FROM stdin;
1	«slug»	«v»	2026-01-02 10:00:00
\.
--- connection.txt
Endpoint=https://acme.example.com/;AccessKey=«v»
--- celery.py
broker_url = "redis://:«vUrl»@cache.internal:6379/0"
--- todo.py
# old «kindHuman»: «v» (rotate!)
def load(): ...
--- todo.ts
// TODO remove before release: «env»=«v»
start();
--- page.html
<!-- «human»: «v» -->
<main></main>
--- util.c
/* «vendor» «kindHuman»: «v» */
int run(void);
--- rotate.diff
@@ -3,3 +3,3 @@
 APP_ENV=production
-«env»=«v»
+«env»=
 LOG_LEVEL=info
--- add.patch
@@ -1,2 +1,3 @@
 «slug»:
   enabled: true
+  «kindSnake»: "«v»"
--- .netrc
machine api.example.com
  login ci
  password «v»
--- requests.http
GET https://api.example.com/v1/me
X-«kindHeader»: «v»
--- widget.html
<script src="widget.js" data-«kindKebab»="«v»"></script>
--- accounts.csv
vendor,«kindSnake»,owner
«slug»,«v»,anna
--- app.service
[Service]
Environment="«env»=«v»"
ExecStart=/usr/bin/app
--- crontab
«env»=«v»
0 3 * * * /usr/local/bin/backup
--- Makefile
«env» := «v»
run:
	go run .
--- nginx.conf
location /api/ {
  proxy_set_header Authorization "Bearer «v»";
}
--- httpd.conf
SetEnv «env» «v»
--- module.nix
environment.variables.«env» = "«v»";
--- cypress.config.js
env: { baseUrl: 'https://a.example', «camel»: '«v»' },
--- Config.vb
Private Const «pascal» As String = "«v»"
--- config.lua
local «snake» = "«v»"
--- config.pl
$ENV{«env»} = '«v»';
--- session.txt
$ export «env»=«v»
$ «slug» whoami
`);

/** A password beside its name; «u» is a user. */
export const passwordForms: readonly Form[] = read(String.raw`
--- .env
DB_HOST=localhost
DB_PASSWORD=«v»
--- .env.local
MYSQL_ROOT_PASSWORD="«v»"
--- prod.env
SMTP_PASS='«v»'
--- redis.conf
requirepass «v»
--- database.yml
production:
  adapter: postgresql
  username: «u»
  password: «v»
--- compose.yaml
    environment:
      POSTGRES_USER: «u»
      POSTGRES_PASSWORD: «v»
--- hosts.ini
[web]
10.0.0.4 ansible_user=«u» ansible_password=«v»
--- application.properties
spring.datasource.username=«u»
spring.datasource.password=«v»
--- appsettings.json
{"ConnectionStrings": {"Default": "Server=db;Database=app;User Id=«u»;Password=«v»;Encrypt=true"}}
--- config.json
{"smtp": {"host": "mail.example.com", "auth": {"user": "«u»", "pass": "«v»"}}}
--- settings.xml
<server>
  <id>central</id>
  <username>«u»</username>
  <password>«v»</password>
</server>
--- context.xml
<Resource name="jdbc/app" username="«u»" password="«v»" maxTotal="20"/>
--- persistence.xml
<property name="javax.persistence.jdbc.password" value="«v»"/>
--- tomcat-users.xml
<user username="«u»" password="«v»" roles="manager-gui"/>
--- db.py
conn = psycopg2.connect(host="db", user="«u»", password="«v»")
--- url.py
DATABASE_URL = "postgresql://«u»:«vUrl»@db.example.com:5432/app"
--- auth.py
requests.get(url, auth=("«u»", "«v»"))
--- ftp.py
ftp.login("«u»", "«v»")
--- smtp.py
server.login(user="«u»", password="«v»")
--- db.js
mongoose.connect('mongodb+srv://«u»:«vUrl»@cluster0.example.net/app');
--- knex.js
connection: { host: 'db', user: '«u»', password: '«v»' },
--- mail.js
auth: { user: '«u»', pass: '«v»' }
--- login.spec.ts
await page.getByLabel('Password').fill('«v»');
--- login.cy.js
cy.get('input[name=password]').type('«v»');
--- Login.java
driver.findElement(By.id("password")).sendKeys("«v»");
--- Db.java
DriverManager.getConnection("jdbc:mysql://db/app", "«u»", "«v»");
--- Store.java
char[] keystorePassword = "«v»".toCharArray();
--- db.go
dsn := "«u»:«v»@tcp(db:3306)/app?parseTime=true"
--- auth.go
req.SetBasicAuth("«u»", "«v»")
--- Db.cs
var cs = "Data Source=db;Initial Catalog=app;UID=«u»;PWD=«v»";
--- Cred.cs
new NetworkCredential("«u»", "«v»");
--- db.php
$pdo = new PDO('mysql:host=db;dbname=app', '«u»', '«v»');
--- mysqli.php
$db = mysqli_connect("localhost", "«u»", "«v»", "app");
--- wp-config.php
define('DB_PASSWORD', '«v»');
--- seeds.rb
User.create!(email: 'admin@example.com', password: '«v»')
--- seed.ts
await createUser({ name: '«u»', password: '«v»', role: 'admin' });
--- users.sql
CREATE USER '«u»'@'%' IDENTIFIED BY '«v»';
--- role.sql
ALTER ROLE «u» WITH LOGIN PASSWORD '«v»';
--- login.sql
CREATE LOGIN «u» WITH PASSWORD = '«v»', CHECK_POLICY = OFF;
--- mysql.sh
mysql -h db -u «u» -p'«v»' app < dump.sql
--- psql.sh
PGPASSWORD='«v»' psql -h db -U «u» app
--- sshpass.sh
sshpass -p '«v»' ssh «u»@10.0.0.5
--- curl.sh
curl -u '«u»:«v»' https://intranet.example.com/api
--- wget.sh
wget --user=«u» --password='«v»' https://files.example.com/a.zip
--- redis.sh
redis-cli -h cache -a '«v»' ping
--- net.ps1
$cred = ConvertTo-SecureString "«v»" -AsPlainText -Force
--- share.bat
net use Z: \\files\share /user:«u» «v»
--- docker.sh
docker login -u «u» -p '«v»' registry.example.com
--- keytool.sh
keytool -genkey -alias app -keystore app.jks -storepass '«v»'
--- openssl.sh
openssl enc -aes-256-cbc -in a -out b -pass 'pass:«v»'
--- chpasswd.sh
echo '«u»:«v»' | chpasswd
--- main.tf
resource "aws_db_instance" "db" {
  username = "«u»"
  password = "«v»"
}
--- variables.tf
variable "db_password" {
  type    = string
  default = "«v»"
}
--- .pgpass
db.example.com:5432:app:«u»:«v»
--- README.md
Log in with user ${'`'}«u»${'`'} and password ${'`'}«v»${'`'}.
--- access.md
| User | Password |
| --- | --- |
| «u» | «v» |
--- wiki.md
The password of the router is «v»
--- notes.txt
wifi: office-5g
pw: «v»
--- mail.txt
Your new account is ready. User name: «u», password: «v»
--- comment.py
# login: «u» / «v»
--- comment.js
// default password is "«v»", change it
--- app.log
2026-10-01 12:00:00 WARN login failed user=«u» password=«v» ip=10.0.0.9
--- users.csv
username,password,email
«u»,«v»,a@example.com
--- fstab
//files/share /mnt cifs username=«u»,password=«v»,uid=1000 0 0
--- wpa_supplicant.conf
network={
  ssid="office"
  psk="«v»"
}
--- unattend.xml
<Password>
  <Value>«v»</Value>
  <PlainText>true</PlainText>
</Password>
--- change.diff
-  password: '«v»'
+  password: process.env.DB_PASSWORD
`);

/** Sentences and comments in twelve languages: the path names the language. */
export const proseForms: readonly Form[] = read(`
--- de.md
Das Passwort für den Testserver lautet «v».
--- de.md
Melde dich mit dem Kennwort «v» an.
--- de.py
# Zugangsdaten: Benutzer «u», Passwort «v»
--- de.txt
Kennwort: «v»
--- de.md
Der Zugangsschlüssel ist „«v»“.
--- de.yml
benutzer: «u»
passwort: «v»
--- fr.md
Le mot de passe du serveur de test est «v».
--- fr.md
Connectez-vous avec le mot de passe « «v» ».
--- fr.py
# identifiant : «u», mot de passe : «v»
--- fr.txt
Mot de passe : «v»
--- fr.md
La clé d'accès est ${'`'}«v»${'`'}.
--- fr.properties
mot_de_passe=«v»
--- es.md
La contraseña del servidor de pruebas es «v».
--- es.md
Inicia sesión con la contraseña «v».
--- es.py
# usuario: «u», contraseña: «v»
--- es.txt
Contraseña: «v»
--- es.md
La clave de acceso es "«v»".
--- es.php
$contrasena = '«v»';
--- it.md
La password del server di prova è «v».
--- it.md
Accedi con la parola d'ordine «v».
--- it.py
# utente: «u», password: «v»
--- it.txt
Parola chiave: «v»
--- it.md
La chiave di accesso è "«v»".
--- it.yml
utente: «u»
parola_chiave: «v»
--- pt.md
A senha do servidor de teste é «v».
--- pt.md
Entre com a senha «v».
--- pt.py
# usuário: «u», senha: «v»
--- pt.txt
Senha: «v»
--- pt.md
A palavra-passe é "«v»".
--- pt.js
const senha = '«v»';
--- nl.md
Het wachtwoord van de testserver is «v».
--- nl.md
Log in met wachtwoord «v».
--- nl.py
# gebruiker: «u», wachtwoord: «v»
--- nl.txt
Wachtwoord: «v»
--- nl.md
De toegangscode is "«v»".
--- nl.properties
wachtwoord=«v»
--- pl.md
Hasło do serwera testowego to «v».
--- pl.md
Zaloguj się hasłem «v».
--- pl.py
# użytkownik: «u», hasło: «v»
--- pl.txt
Hasło: «v»
--- pl.md
Klucz dostępu to "«v»".
--- pl.js
const haslo = '«v»';
--- ru.md
Пароль от тестового сервера: «v».
--- ru.md
Войдите с паролем «v».
--- ru.py
# логин: «u», пароль: «v»
--- ru.txt
Пароль — «v»
--- ru.md
Ключ доступа: «v»
--- ru.md
Новый пароль «v», старый больше не действует.
--- tr.md
Test sunucusunun parolası «v».
--- tr.md
Şifre «v» ile giriş yapın.
--- tr.py
# kullanıcı: «u», şifre: «v»
--- tr.txt
Parola: «v»
--- tr.md
Erişim anahtarı "«v»".
--- tr.js
const sifre = '«v»';
--- zh.md
测试服务器的密码是 «v»。
--- zh.md
请使用密码「«v»」登录。
--- zh.py
# 用户名：«u»，密码：«v»
--- zh.txt
密码：«v»
--- zh.md
口令为“«v»”。
--- zh.md
访问密钥: «v»
--- ja.md
テストサーバーのパスワードは «v» です。
--- ja.md
パスワード「«v»」でログインしてください。
--- ja.py
# ユーザー名: «u»、パスワード: «v»
--- ja.txt
パスワード：«v»
--- ja.md
暗証番号は「«v»」です。
--- ja.md
アクセスキー: «v»
--- ko.md
테스트 서버의 비밀번호는 «v» 입니다.
--- ko.md
비밀번호 «v»(으)로 로그인하세요.
--- ko.py
# 아이디: «u», 비밀번호: «v»
--- ko.txt
비밀번호: «v»
--- ko.md
암호는 "«v»"입니다.
--- ko.md
액세스 키: «v»
`);

/** Arguments, files and calls of tools and libraries. «a40» draws 40 characters of a class; «basic» is `user:value` in base64. */
export const toolForms: readonly Form[] = read(String.raw`
--- kadmin.sh
kadmin -p admin/admin -q "addprinc -pw «v» host/web.example.com"
--- ldap.sh
ldapsearch -x -H ldap://dc -D cn=admin,dc=example -w «v» -b dc=example
--- nslcd.conf
binddn cn=reader,dc=example,dc=com
bindpw «v»
--- slapd.ldif
dn: olcDatabase={1}mdb,cn=config
olcRootPW: «v»
--- people.ldif
uid: «u»
userPassword: «v»
--- add.bat
net user «u» «v» /add
--- cmdkey.bat
cmdkey /add:files.example.com /user:«u» /pass:«v»
--- mongo.sh
mongosh --host db -u «u» -p «v» --authenticationDatabase admin
--- rabbit.sh
rabbitmqctl add_user «u» «v»
--- rabbit2.sh
rabbitmqctl change_password «u» '«v»'
--- htpasswd.sh
htpasswd -bc /etc/nginx/.htpasswd «u» «v»
--- minio.sh
mc alias set local http://minio:9000 «u» «v»
--- .s3cfg
access_key = AKIDEXAMPLE
secret_key = «a40»
--- smb.sh
smbclient //files/share -U «u»%«v» -c ls
--- lftp.sh
lftp -u «u»,«v» sftp://files.example.com
--- unzip.sh
unzip -P «v» backup.zip
--- seven.sh
7z x -p«v» archive.7z
--- gpg.sh
gpg --batch --yes --passphrase '«v»' -d secrets.gpg
--- become.sh
ansible-playbook site.yml -e "ansible_become_pass=«v»"
--- login.exp
expect "assword:"
send "«v»\r"
--- sudo.sh
echo '«v»' | sudo -S apt-get update
--- sqlcmd.sh
/opt/mssql-tools/bin/sqlcmd -S localhost -U sa -P '«v»' -Q 'SELECT 1'
--- sqlplus.sh
sqlplus scott/«v»@//db:1521/orcl @report.sql
--- pgdump.sh
pg_dump "host=db user=«u» password=«v» dbname=app" > app.sql
--- azlogin.sh
az login --service-principal -u 5f1d-app -p «v» --tenant example.com
--- awsset.sh
aws configure set aws_secret_access_key «b40»
--- gcloud.sh
gcloud sql users set-password root --instance=db --password=«v»
--- doctl.sh
doctl auth init -t «h64»
--- npmset.sh
npm config set //registry.example.com/:_authToken «a36»
--- pip.conf
[global]
index-url = https://«u»:«vUrl»@pypi.example.com/simple
--- composer.sh
composer config http-basic.repo.example.com «u» «v»
--- auth.json
{"http-basic": {"repo.example.com": {"username": "«u»", "password": "«v»"}}}
--- .docker/config.json
{"auths": {"registry.example.com": {"auth": "«basic»"}}}
--- basic.http
GET https://example.com/api
Authorization: Basic «basic»
--- .git-credentials
https://«u»:«vUrl»@git.example.com
--- nuget.config
<packageSourceCredentials><Feed><add key="Username" value="«u»" /><add key="ClearTextPassword" value="«v»" /></Feed></packageSourceCredentials>
--- gradle.properties
RELEASE_STORE_FILE=release.jks
RELEASE_STORE_PASSWORD=«v»
--- app/build.gradle
signingConfigs { release { storeFile file("a.jks"); storePassword "«v»" } }
--- key.properties
storePassword=«v»
keyAlias=upload
--- jvm.sh
java -Djavax.net.ssl.keyStorePassword=«v» -jar app.jar
--- catalina.sh
JAVA_OPTS="-Xmx1g -Ddb.password=«v»"
--- kafka.properties
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="«u»" password="«v»";
--- grafana.ini
[security]
admin_user = admin
admin_password = «v»
--- prometheus.yml
    basic_auth:
      username: «u»
      password: «v»
--- scrape.yml
    authorization:
      type: Bearer
      credentials: «a40»
--- alertmanager.yml
global:
  smtp_auth_username: «u»
  smtp_auth_password: «v»
--- fluent.conf
<match **>
  aws_key_id AKIDEXAMPLE
  aws_sec_key «b40»
</match>
--- logstash.conf
output { elasticsearch { hosts => ["es:9200"] user => "«u»" password => "«v»" } }
--- haproxy.cfg
userlist admins
  user «u» insecure-password «v»
--- stats.cfg
  stats auth «u»:«v»
--- sip.conf
[101]
type=friend
secret=«v»
--- router.cfg
username «u» privilege 15 password 0 «v»
--- switch.cfg
enable secret 0 «v»
snmp-server location rack 4
--- snmp.cfg
snmp-server community «v» RO
--- aaa.cfg
tacacs-server host 10.0.0.3 key «v»
--- juniper.conf
pre-shared-key ascii-text "«v»";
--- ipsec.secrets
198.51.100.1 %any : PSK "«v»"
--- clients.conf
client office {
  ipaddr = 10.0.0.0/24
  secret = «v»
}
--- mikrotik.rsc
/user add name=«u» password=«v» group=full
--- netplan.yaml
      access-points:
        "office":
          password: "«v»"
--- interfaces
iface wlan0 inet dhcp
  wpa-ssid office
  wpa-psk «v»
--- hostapd.conf
ssid=office
wpa_passphrase=«v»
--- ks.cfg
rootpw --plaintext «v»
--- preseed.cfg
d-i passwd/user-password password «v»
--- cloud-config.yaml
chpasswd:
  list: |
    root:«v»
--- user-data
users:
  - name: «u»
    plain_text_passwd: «v»
--- Vagrantfile
config.ssh.username = "«u»"
config.ssh.password = "«v»"
--- packer.json
{"builders": [{"type": "vmware-iso", "ssh_username": "«u»", "ssh_password": "«v»"}]}
--- init.pp
class { 'mysql::server': root_password => '«v»' }
--- default.rb
default['mysql']['root_password'] = '«v»'
--- pillar.sls
mysql.user: '«u»'
mysql.pass: '«v»'
--- vm.sh
az vm create -n web --admin-username «u» --admin-password '«v»'
--- parameters.json
{"parameters": {"adminPassword": {"value": "«v»"}, "location": {"value": "westeurope"}}}
--- rds.yaml
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUsername: «u»
      MasterUserPassword: «v»
--- profiles.yml
      type: postgres
      user: «u»
      pass: «v»
--- airflow.sh
export AIRFLOW_CONN_DB='postgres://«u»:«vUrl»@db:5432/app'
--- airflow.cfg
fernet_key = «w43»=
--- settings.py
SECRET_KEY = 'django-insecure-«l50»'
--- flask.py
app.secret_key = b"«a32»"
--- secrets.yml
production:
  secret_key_base: «h128»
--- laravel.env
APP_KEY=base64:«b43»=
--- session.js
app.use(session({ secret: '«v»', resave: false }));
--- cookies.js
app.use(cookieParser('«a32»'));
--- sign.js
const token = jwt.sign({ id }, '«v»', { expiresIn: '1h' });
--- verify.py
data = jwt.decode(token, "«v»", algorithms=["HS256"])
--- hmac.js
const digest = crypto.createHmac('sha256', '«a32»').update(body).digest('hex');
--- hmac.py
signature = hmac.new(b"«a32»", body, hashlib.sha256).hexdigest()
--- fernet.py
cipher = Fernet(b"«w43»=")
--- hash.js
const hash = await bcrypt.hash('«v»', 10);
--- login_test.go
resp := login(t, "«u»@example.com", "«v»")
--- token.sh
curl https://example.com/api -H "Authorization: Token «h40»"
--- apikey.sh
curl -H 'Authorization: ApiKey «b58»==' https://es.example.com/_cat
--- cookie.sh
curl --cookie "sessionid=«l32»" https://example.com/admin
--- login.graphql
mutation { login(email: "anna@example.com", password: "«v»") { token } }
--- grant.sh
curl -d "grant_type=password&username=«u»&password=«vUrl»" https://example.com/oauth/token
--- body.sh
curl -X POST -d '{"user":"«u»","password":"«v»"}' https://example.com/login
--- Body.java
String body = "{\"user\":\"«u»\",\"password\":\"«v»\"}";
--- soap.xml
<wsse:Password Type="wsse:PasswordText">«v»</wsse:Password>
--- insert.sql
INSERT INTO users (id, email, password) VALUES (1, 'anna@example.com', '«v»');
--- setpw.sql
SET PASSWORD FOR '«u»'@'localhost' = PASSWORD('«v»');
--- oracle.sql
ALTER USER «u» IDENTIFIED BY "«v»";
--- grant.sql
GRANT ALL ON app.* TO '«u»'@'%' IDENTIFIED BY '«v»';
--- mapping.sql
CREATE USER MAPPING FOR CURRENT_USER SERVER files OPTIONS (user '«u»', password '«v»');
--- crypt.sql
SELECT pgp_sym_encrypt(note, '«v»') FROM notes;
--- symmetric.sql
OPEN SYMMETRIC KEY CardKey DECRYPTION BY PASSWORD = '«v»';
--- stage.sql
CREATE STAGE s URL='s3://a' CREDENTIALS=(AWS_KEY_ID='AKIDEXAMPLE' AWS_SECRET_KEY='«b40»');
--- replica.sql
CHANGE MASTER TO MASTER_HOST='db1', MASTER_USER='«u»', MASTER_PASSWORD='«v»';
--- Sheet.bas
ActiveSheet.Unprotect Password:="«v»"
--- Book.bas
ThisWorkbook.Unprotect "«v»"
--- cred.ps1
Connect-Server -User "«u»" -Password "«v»"
--- mount.applescript
do shell script "mount" user name "«u»" password "«v»" with administrator privileges
--- collection.json
{"auth": {"type": "basic", "basic": [{"key": "password", "value": "«v»", "type": "string"}]}}
--- login.feature
When I log in as "«u»" with password "«v»"
--- login.robot
Input Password    id=password    «v»
--- login.side
{"command": "type", "target": "id=password", "value": "«v»"}
--- fill.spec.ts
await page.fill('#password', '«v»');
--- cafe.js
await t.typeText('#password', '«v»');
--- login_spec.rb
fill_in 'Password', with: '«v»'
--- pool.rs
let options = ConnectOptions::new().username("«u»").password("«v»");
--- db.clj
(def db {:host "db" :user "«u»" :password "«v»"})
--- Db.hs
conn = defaultConnectInfo { connectUser = "«u»", connectPassword = "«v»" }
--- sys.config
[{app, [{user, "«u»"}, {password, "«v»"}]}].
--- init.el
(setq erc-password "«v»")
--- Main.pas
Connection.Password := '«v»';
--- connect.m
conn = database('app', '«u»', '«v»');
--- Auth.m
NSString *password = @"«v»";
--- login.tcl
set password "«v»"
--- Db.fs
let password = "«v»"
--- hardhat.config.js
networks: { sepolia: { url, accounts: ['0x«h64»'] } }
--- wallet.env
DEPLOYER_PRIVATE_KEY=0x«h64»
--- concat.js
const apiKey = '«a16»' + '«a16»';
--- concat.py
API_TOKEN = (
    "«a20»"
    "«a20»"
)
--- folded.yaml
password: >-
  «v»
--- block.yaml
api_token: |
  «a40»
--- anchor.yaml
db_password: &dbpw «v»
--- tag.yaml
password: !!str «v»
--- flow.yaml
db: {user: «u», password: «v»}
--- inline.toml
db = { user = "«u»", password = "«v»" }
--- multi.toml
password = """«v»"""
--- app.conf
db { user = "«u»", password = "«v»" }
--- wrapped.properties
db.password=\
  «v»
--- spaced.ini
password          «v»
--- cdata.xml
<password><![CDATA[«v»]]></password>
--- user-secrets.sh
dotnet user-secrets set "Db:Password" "«v»"
--- dotnet.env
ConnectionStrings__Password=«v»
--- hash.log
Parameters: {"utf8"=>"x", :user=>"«u»", :password=>"«v»"}
--- tostring.log
INFO created User{name=«u», password=«v», active=true}
--- struct.log
connecting with {User:«u» Password:«v» Host:db}
--- print_r.txt
    [username] => «u»
    [password] => «v»
--- access.log
10.0.0.9 - - [02/Oct/2026] "GET /login?user=«u»&password=«vUrl» HTTP/1.1" 200 12
--- query.log
42 Query UPDATE users SET password='«v»' WHERE id=7
--- ssh.txt
$ ssh «u»@10.0.0.5
«u»@10.0.0.5's password: «v»
--- prompt.txt
Enter passphrase for key 'id_rsa': «v»
--- pin.md
Credentials: «u» / «v»
--- list.md
* user: «u»
* pass: «v»
--- table.md
| Service | Login | Password |
| --- | --- | --- |
| Jenkins | «u» | «v» |
| Grafana | admin | in the safe |
--- html.md
<b>Password:</b> «v»
--- quote.md
> The staging password has changed to «v»
--- issue.md
Steps: open /login, enter «u» as user and «v» as password.
--- todo.txt
vpn: «u»/«v»
--- input.html
<input type="password" name="pw" value="«v»">
--- form.jsx
<Login defaultUser="«u»" defaultPassword="«v»" />
--- state.ts
const [password, setPassword] = useState('«v»');
--- default.ts
function connect(host = 'db', password = '«v»') {}
--- kwargs.py
def connect(host="db", *, password: str = "«v»"): ...
--- field.py
password: str = Field(default="«v»", repr=False)
--- argparse.py
parser.add_argument("--password", default="«v»", help="of the database")
--- click.py
@click.option("--password", default="«v»")
--- Value.java
@Value("${'$'}{db.password:«v»}")
--- ternary.js
const password = isTest ? 'test' : '«v»';
--- compare.php
if ($_POST['password'] === '«v»') { login(); }
--- check.py
if password == "«v»":
    grant()
--- switch.sh
[ "$PASSWORD" = "«v»" ] && echo ok
--- fallback.sh
PASSWORD="${'$'}{PASSWORD:-«v»}"
--- heredoc.sh
cat > ${'/'}root/.my.cnf <<EOF
[client]
user=«u»
password=«v»
EOF
--- read.sh
mysqladmin -u root password '«v»'
--- setfacl.sh
vncpasswd -f <<< "«v»" > ~/.vnc/passwd
--- keychain.sh
security add-generic-password -a «u» -s app -w '«v»'
--- cert.sh
openssl pkcs12 -export -out a.p12 -passout pass:«v»
--- import.ps1
Import-PfxCertificate -FilePath a.pfx -Password (ConvertTo-SecureString -String '«v»' -AsPlainText -Force)
`);
