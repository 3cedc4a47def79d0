// Sentences in many languages that say a secret: § is a password that a person chose, @ a random token.

export const sentences: readonly (readonly [language: string, lines: string])[] = [
  [
    'Chinese',
    `密码: §
密码：§
数据库密码是 §，请不要外传。
数据库密码是§。
测试环境的密码为§
管理员的登录密码是：§
初始密码：§（首次登录后请修改）
默认口令：§
密碼：§
資料庫密碼是 §
密码已改为 §
wifi密码：§
用户名：admin，密码：§
账号 admin 密码 §
用户名/密码：admin/§
密码 = "§"
// 密码: §
{"密码": "§"}
| 密码 | § |
密码是“§”
密码是「§」
API 密钥：@
访问令牌是 @
密钥为@
接口密钥: "@"`,
  ],
  [
    'Japanese',
    `パスワード: §
パスワード：§
パスワードは § です。
パスワードは§です
データベースのパスワードは「§」です。
パスワードは「§」
管理者パスワードは次のとおりです：§
初期パスワード　§
本番環境のパスワードを § に変更しました
暗証番号：§
合言葉は「§」
ログインID：admin　パスワード：§
パスワード = "§"
# パスワード: §
APIキー：@
アクセストークンは @ です
シークレットキー: @
秘密鍵：@`,
  ],
  [
    'Korean',
    `비밀번호: §
비밀번호 = "§"
비밀번호는 § 입니다.
비밀번호는 §입니다
데이터베이스 비밀번호는 '§'입니다.
관리자 비밀번호 : §
관리자 암호는 § 이다
비번은 §
비밀번호를 §로 변경했습니다
아이디: admin / 비밀번호: §
패스워드: §
// 비밀번호: §
API 키: @
액세스 토큰은 @ 입니다
비밀 키는 @
토큰: @`,
  ],
  [
    'French',
    `mot de passe : §
Le mot de passe est §
Le mot de passe du serveur de test est § (à changer).
Le mot de passe de la base de données est : §
mot de passe\u00a0: §
Identifiant : admin, mot de passe : §
Le mot de passe est « § ».
mdp : §
MDP=§
Le code d'accès est §
Mon mot de passe reste §
Le mot de passe administrateur était §
Mot de passe provisoire – §
La phrase secrète est «§»
La clé API est @
La clé d'API de production est : @
Le jeton d'accès est @
clé secrète : @
Jeton : @`,
  ],
  [
    'Spanish',
    `contraseña: §
La contraseña es §
La contraseña del servidor de pruebas es §.
La contraseña de la base de datos es: §
Usuario: admin, contraseña: §
La clave es §
La clave de acceso del servidor es "§"
Clave: §
contrasena = §
La contraseña sigue siendo §
La contraseña era §
la contraseña nueva será §
Cambia la contraseña a §
La clave API es @
La clave de API de producción es: @
El token de acceso es @
clave secreta: @`,
  ],
  [
    'Italian',
    `password: §
La password è §
La password del server di prova è §
La password del database è: §
Utente: admin, password: §
La parola d'ordine è §
La parola chiave è "§"
La password e' §
La password era §
Chiave di accesso: §
La chiave API è @
La chiave segreta è @
Il token di accesso è: @`,
  ],
  [
    'Portuguese',
    `senha: §
A senha é §
A senha do servidor de testes é §.
A senha do banco de dados é: §
Usuário: admin, senha: §
A palavra-passe é §
palavra-passe: §
A senha continua sendo §
A senha era §
A password é §
A senha foi alterada para §
A chave da API é @
Chave de API: @
O token de acesso é @
chave secreta: @`,
  ],
  [
    'Turkish',
    `Şifre: §
şifre: §
Sunucunun şifresi §
Veritabanı şifresi: §
Veritabanının parolası § olarak ayarlandı
Parola: §
Parolanız: §
Kullanıcı adı: admin, şifre: §
Sifre: §
Yönetici şifresi "§"
Şifremiz §'dir
API anahtarı: @
Gizli anahtar: @
Erişim belirteci: @`,
  ],
  [
    'German',
    `Passwort: §
Das Passwort ist §
Das Passwort für den Testserver lautet §.
Das Kennwort lautet: §
Das Datenbankpasswort ist „§“.
Benutzer: admin, Passwort: §
Kennwort: §
Das Zugangspasswort war §
Das Passwort bleibt §
Zugangscode: §
Losung: §
Der API-Schlüssel ist @
Der geheime Schlüssel lautet @
Zugriffstoken: @`,
  ],
  [
    'Russian',
    `Пароль: §
пароль: §
Пароль от сервера: §
Пароль — §
Пароль от базы данных - §
Логин: admin, пароль: §
Пароль администратора такой: §
Для входа используйте пароль §
Пароль это §
Пароль по умолчанию: «§»
Кодовое слово: §
Ключ API: @
Секретный ключ: @
Токен доступа: @`,
  ],
  [
    'Polish',
    `Hasło: §
Hasło to §
Hasło do serwera testowego to: §
Hasło do bazy danych jest §
Login: admin, hasło: §
haslo: §
Nowe hasło brzmi §
Klucz API: @
Klucz API to @
Tajny klucz: @`,
  ],
  [
    'Dutch',
    `Wachtwoord: §
Het wachtwoord is §
Het wachtwoord van de testserver is §
Gebruiker: admin, wachtwoord: §
Het wachtwoord luidt §
De API-sleutel is @
Geheime sleutel: @
Toegangstoken: @`,
  ],
  [
    'Scandinavian',
    `Lösenord: §
Lösenordet är §
Lösenordet till testservern är: §
Adgangskode: §
Adgangskoden er §
Kodeordet er §
Passord: §
Passordet er §
Passordet til databasen er §
Salasana: §
Salasana on §
Palvelimen salasana on §
API-nyckeln är @
API-nøglen er @
API-nøkkelen er @
API-avain on @`,
  ],
  [
    'others of Europe',
    `Heslo: §
Heslo je §
Heslo k databázi je: §
Jelszó: §
A jelszó: §
Az adatbázis jelszava §
Parola este §
Parola: §
Parola bazei de date este: §
Пароль: §
Пароль до сервера: §
Пароль є §
Парола: §
Паролата е §
Lozinka: §
Lozinka je §
Geslo: §
Κωδικός: §
Ο κωδικός είναι §
Κωδικός πρόσβασης: §`,
  ],
  [
    'others of Asia',
    `Mật khẩu: §
Mật khẩu là §
Mật khẩu cơ sở dữ liệu là: §
Kata sandi: §
Kata sandi adalah §
Kata sandinya §
รหัสผ่าน: §
รหัสผ่านคือ §
पासवर्ड: §
पासवर्ड है §
पासवर्ड § है
كلمة المرور: §
كلمة المرور هي §
كلمة السر: §
הסיסמה: §
הסיסמה היא §
סיסמה: §
رمز عبور: §`,
  ],
];

/** What only looks like a secret said in these languages. */
export const innocentSentences = `密码长度至少为 8 位
密码: 必填
请输入密码：
忘记密码？
密码错误，请重试（错误码 E1003）
密码不能为空
用户密码的加密方式为 bcrypt2
令牌: 令牌由词法分析器产生
密钥是一个字符串
パスワードは8文字以上で入力してください
パスワード: 必須項目です
パスワードを忘れた方はこちら
トークンは文字列です
비밀번호는 8자 이상이어야 합니다
비밀번호: 필수
토큰은 문자열입니다
비밀번호를 입력하세요
Le mot de passe est requis
Le mot de passe est trop court (8 caractères minimum)
mot de passe : obligatoire
La clé est une chaîne de caractères
Le jeton est expiré
Mot de passe oublié ?
La contraseña es obligatoria
La contraseña es demasiado corta (mínimo 8 caracteres)
La clave es única en la tabla usuarios
La clave primaria es id_usuario2
Clave: valor
La password è obbligatoria
La password è troppo corta
La chiave è univoca
La parola chiave async2 non esiste
A senha é obrigatória
A senha deve ter 8 caracteres
A chave é única
Şifre: zorunlu
Şifre en az 8 karakter olmalı
Das Passwort ist falsch
Das Passwort ist zu kurz (mindestens 8 Zeichen)
Der Schlüssel ist eindeutig
Das Token ist abgelaufen
Пароль: обязательное поле
Пароль — это строка
Пароль должен быть не короче 8 символов
Ключ: значение
Ключ таблицы users2: id
Hasło jest wymagane
Hasło to ciąg znaków
Klucz: wartość
Het wachtwoord is verplicht
Lösenordet är för kort
Salasana on pakollinen
Heslo je povinné
Mật khẩu là bắt buộc
Kata sandi adalah wajib
รหัสผ่านคือข้อความ
كلمة المرور مطلوبة
הסיסמה היא חובה`;
