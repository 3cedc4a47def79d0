// Names of passwords and keys in languages other than English, and the words between such a name and its value.

import type { Parts } from './searched-text.ts';

interface Language {
  readonly name: string;
  /** Stems separated by bars. Every name of a password contains one of them. */
  readonly stems: string;
  /** Regular expression, in lower case, for the inflected names of a password. */
  readonly password: string;
  /** Names of a key or token, in one or two words. The value counts only if it looks random. */
  readonly token?: string;
  /** Separate words for 'is', 'was', 'remains' and the like. */
  readonly verbs?: string;
  /** Prepositions as in 'changed to'. They count only before a value with a digit or symbol. */
  readonly changes?: string;
  /** The counterpart of verbs in scripts without spaces, attached to the name. */
  readonly particles?: string;
}

const languages: readonly Language[] = [
  {
    name: 'Chinese',
    stems: '密码|密碼|口令|通行码|访问密钥|訪問密鑰',
    password: '密码|密碼|口令|通行码|访问密钥|訪問密鑰',
    token: '密钥|密鑰|令牌|私钥|私鑰|秘钥|授权码|凭证',
    particles: '(?:已经?)?(?:改|设置?|設置?|重置|更新|变更|變更|修改)?[为為成]|就?是|如下',
  },
  {
    name: 'Japanese',
    stems: 'パス|暗証番号|合言葉|合い言葉|あいことば|アクセスキー',
    password: 'パスワード|パスコード|パスフレーズ|暗証番号|合言葉|合い言葉|あいことば|アクセスキー',
    token: 'apiキー|シークレットキー|秘密鍵|トークン|シークレット|暗号鍵',
    particles: '(?:[はが](?:次|以下|下記)の(?:とおり|通り)です)|[はがをもに]',
  },
  {
    name: 'Korean',
    stems: '비밀|비번|암호|패스|액세스',
    password: '비밀번호|비번|암호|패스워드|패스프레이즈|액세스 ?키',
    token: '토큰|비밀 ?키|시크릿 ?키|api ?키|개인 ?키|암호화 ?키',
    particles: '(?:[는은] ?다음과 ?같습니다)|[는은이가를을]',
  },
  {
    name: 'French',
    stems: "de passe|de_passe|de-passe|depasse|mdp|secrète|code secret|d’acc|d'acc|clé d|clef d",
    password:
      "mots? de passe|motdepasse|mdp|phrase (?:secrète|de passe)|(?:codes?|clés?|clefs?) d['’ ]accès|code secret",
    token: 'clé (?:api|secrète|privée)|jetons?',
    verbs: "est|était|reste|sera|devient|c['’]est",
  },
  {
    name: 'Spanish',
    stems: 'contrase|clave|código',
    password:
      'contrase[ñn]as?|claves?(?: de acceso)?(?! (?:primaria|for[áa]nea|externa|única|candidata|compuesta))|palabra clave|código de acceso',
    token: 'clave (?:api|secreta|privada)',
    verbs: 'es|era|será|sigue siendo',
    changes: 'a|por',
  },
  {
    name: 'Italian',
    stems: 'parola|parole|chiave|codice',
    password: "parol[ae] (?:d['’ ]ordine|chiave|di accesso)|chiave di accesso|codice (?:di accesso|segreto)",
    token: 'chiave (?:api|segreta|privata)',
    verbs: "è|e['’]|era|sarà|rimane|resta",
  },
  {
    name: 'Portuguese',
    stems: 'senha|palavra|código|chave',
    password: 'senhas?|palavras?[- ]passe|palavra[- ]chave|código de acesso|chaves? de acesso',
    token: 'chave (?:api|secreta|privada)',
    verbs: 'é|era|será|continua sendo|continua a ser',
    changes: 'para',
  },
  {
    name: 'Turkish',
    stems: 'şifre|sifre|parola|erişim',
    password: 'şifre\\p{L}{0,8}|sifre\\p{L}{0,6}|parola\\p{L}{0,6}|erişim anahtar\\p{L}{0,3}',
    token: '(?:api|gizli|özel) anahtar\\p{L}{0,3}|belirte[cç]\\p{L}{0,3}|jeton\\p{L}{0,3}',
    verbs: 'olarak|eşittir',
  },
  {
    name: 'German',
    stems: 'passwort|passwört|kennwort|kennwört|zugang|zugriffss|losung|schlüsselwort',
    password:
      '\\p{L}*(?:passw[oö]rte?r?s?|kennw[oö]rte?r?s?)|zugangscode|zugangswort|zug(?:ang|riff)sschlüssel|losungs?(?:wort)?|schlüsselwort',
    token: '(?:api|geheime[rns]?|privater?) schlüssel|(?:api|geheim|zugriffs|zugangs|sitzungs)(?:schlüssel|token)',
    verbs: 'ist|lautet|war|bleibt|wird|heißt|heisst',
    changes: 'auf|in',
  },
  {
    name: 'Dutch',
    stems: 'wachtwoord|toegang',
    password: '\\p{L}*wachtwoord(?:en)?|toegangs(?:code|sleutel)',
    token: '(?:api|geheime|geheim) sleutel|\\p{L}*sleutel',
    verbs: 'is|luidt|was|blijft',
  },
  {
    name: 'Scandinavian, Finnish',
    stems: 'lösen|passord|adgangskode|kodeord|salasana|tunnussana',
    password:
      '\\p{L}*(?:lösenord(?:et)?|lösen|passord(?:et)?|adgangskoden?|kodeord(?:et)?)|salasana\\p{L}{0,3}|tunnussana',
    token: 'api (?:nyckeln?|nøglen?|nøkkelen|nøkkel|avain)',
    verbs: 'är|er|var|oli',
    changes: 'on|til|till',
  },
  {
    name: 'Polish, Czech, Slovak',
    stems: 'hasł|hasl|hesl|dostępu|přístup',
    password: 'has[łl](?:o|a|em|u)|hesl(?:o|a|em|u)|klucz(?:em|a)? dostępu|přístupový klíč',
    token: '(?:klucz|kľúč|klíč) (?:api|prywatny|tajny)|(?:tajny|prywatny) klucz|tajn[yý] klíč',
    verbs: 'jest|brzmi|je|bylo|było|zní',
    changes: 'to|na',
  },
  {
    name: 'other languages of the Balkans, Hungarian, Romanian',
    stems: 'jelsz|parol|lozink|geslo|šifra|парола|лозинка',
    password: 'jelsz[óo]|jelszav\\p{L}{1,4}|parole?i?|lozink[aeu]|geslo|šifra|парола(?:та)?|лозинка',
    verbs: 'este|je|е|va fi',
  },
  {
    name: 'Greek',
    stems: 'κωδικ|συνθηματικό',
    password: 'κωδικ(?:ός|ό|ού)(?: πρόσβασης)?|συνθηματικό',
    verbs: 'είναι|ήταν',
  },
  {
    name: 'Russian, Ukrainian, Belarusian',
    stems: 'парол|кодов|доступ',
    password: 'парол(?:ь|я|ю|ем|и|ей|ю)|ключ(?:а|ом|у)? доступ[ау]|кодов(?:ое|ого) слов[оа]|кодова фраза',
    token: '(?:секретный|закрытый|приватный|секретний) ключ|ключ api|токен\\p{L}{0,2}(?: доступ[ау])?',
    verbs: 'это|такой|такий|был|будет|є|—',
  },
  {
    name: 'Vietnamese',
    stems: 'mật|mat khau',
    password: 'mật khẩu|mat khau|mật mã',
    token: 'khóa (?:api|bí mật)|mã thông báo',
    verbs: 'là',
  },
  {
    name: 'Indonesian, Malay',
    stems: 'sandi|laluan',
    password: 'kata sandi(?:nya)?|sandi(?:nya)?|kata laluan',
    token: 'kunci (?:api|rahasia)',
    verbs: 'adalah|ialah|yaitu',
  },
  { name: 'Thai', stems: 'รหัส', password: 'รหัสผ่าน|รหัสลับ', token: 'โทเค็น|คีย์ลับ', particles: 'คือ|เป็น' },
  { name: 'Hindi', stems: 'पासवर्ड|कूटशब्द', password: 'पासवर्ड|कूटशब्द', token: 'टोकन|गुप्त कुंजी', verbs: 'है|था' },
  {
    name: 'Arabic, Persian',
    stems: 'كلم|رمز|گذرواژه|الرقم',
    password: 'كلم(?:ة|ات) (?:ال)?(?:مرور|سر)|(?:رمز|گذرواژه)(?: عبور)?|الرقم السري',
    token: 'رمز الوصول|مفتاح (?:api|سري)',
    verbs: 'هي|هو|است',
  },
  { name: 'Hebrew', stems: 'סיסמ', password: 'ה?סיסמ(?:ה|ת|א)', token: 'מפתח (?:api|סודי)|אסימון', verbs: 'היא|הוא' },
];

function join(part: 'password' | 'token' | 'verbs' | 'changes' | 'particles'): string {
  return languages.flatMap((language) => language[part] ?? []).join('|');
}

/** Letters and marks of scripts that put no space after a name. */
const unspaced = '\\u0900-\\u097f\\u0e00-\\u0e7f\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af';
const isUnspaced = new RegExp(`[${unspaced}]`);

/** Whether the name's script puts no space after it: `密码是`. */
export function endsInUnspaced(name: string): boolean {
  return isUnspaced.test(name.at(-1) ?? '');
}

const letter = '[\\p{L}\\p{M}]';
/** No letter precedes: the start of a word. */
const wordStart = `(?<!${letter})`;

/** Compound words begin at the start of a word; a try from each letter would take long. */
const compounds = (pattern: string): string => pattern.replaceAll('\\p{L}*', '(?<![^ ])\\p{L}*');

/** Endings of lower-case names, for `names.ts`. */
export const passwordName = new RegExp(`(?:(?:^|[ ])|(?=[${unspaced}]))(?:${compounds(join('password'))})$`, 'u');
export const tokenName = new RegExp(
  `(?:(?:^|[ ])|(?=(?:api)?[${unspaced}]))(?:${compounds(join('token'))})(?:${join('particles')})?$`,
  'u',
);

const stems = languages.map((language) => language.stems.split('|'));
/** Name patterns that allow other word separators: `mot de passe`, `mot_de_passe`, `motDePasse`. */
const namePatterns = languages.map(({ password }) =>
  password.replaceAll('\\p{L}*', '').replace(/(?<=[\p{L})?]) (?=[\p{L}(])/gu, '[ _-]?'),
);

/**
 * Pattern source that finds possible foreign names of a password; `names.ts` makes the decision.
 * It contains only languages whose stems occur in the text. A search for all takes five times as long as for English.
 */
export function foreignNamePattern({ hasLower }: Parts): string {
  return namePatterns.filter((_, index) => stems[index]?.some(hasLower)).join('|');
}

const gapPattern = '[ \\t\\u00a0\\u202f\\u3000]';
const verbs = `(?:${join('verbs')})(?!${letter})|(?:${join('changes')})(?=${gapPattern}+\\S*[\\d!@#$%^&*])`;
const adverbs =
  '(?:maintenant|toujours|ahora|agora|jetzt|nun|derzeit|aktuell|now|теперь|сейчас|следующий|hiện tại|saat ini)';

/** The text between a name and its value: 'für den Testserver lautet ', ' : ', 'は', ' — '. */
export const foreignLink = new RegExp(
  `(?:${gapPattern}*[(（][^()（）\\n]{1,30}[)）])?` +
    `(?:${gapPattern}+[\\p{L}\\p{M}\\p{N}@'’._-]{1,24}){0,6}?` +
    `${gapPattern}*(?:(?:${join('particles')})${gapPattern}*[：:]?|${wordStart}(?:${verbs})|[:：＝→—–]|(?<=${gapPattern})-(?=${gapPattern}))` +
    `${gapPattern}*(?:${adverbs}${gapPattern}+)?[ \\t\\u00a0\\u3000:：]*(?:\`\`)?`,
  'yu',
);

/** Foreign verbs that look like no English word, used after names that are also English: 'La password è'. */
export const foreignVerbs = "est|es|è|é|e'|ist|lautet|era|était|será|är|er|это";

/** Whether a name from a text means a password in another language. */
export function isForeign(name: string): boolean {
  return passwordName.test(name.toLowerCase());
}
