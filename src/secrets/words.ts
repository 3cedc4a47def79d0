// Words that code, its settings and its messages are made of: a value made of them alone is a name or a text, no password.

/** Words in at least nine of 23 packages of npm and PyPI, and those of signing in. Lower case. */
const listed = `
abc ability able abort aborted about above abs absolute abstract accept acceptable accepted accepts access
accessed accessible accessing according account accounts acquire across act action actions active acts actual
actually adapter add added adding addition additional address adds adgangskode adjust admin advanced aes affect
affected affects after again against age agent aggregate ahead alert algorithm algorithms alias aliases align
alive all allow allowed allowing allows almost alone along alongside alpha already also alt alter alternate
alternative alternatively although always amount analyze ancestor ancestors and annotation annotations another
ansible answer any anymore anything anyway anywhere apache api apis app appear appears append appended appends
applicable application applications applied applies apply applying approach appropriate apps arbitrary archive
are aren arg args argument arguments argv around arr array arrays asc ascii ask assert assertion assign assigned
assigning assignment associated assume assumed assumes assuming async asynchronous asynchronously attach
attached attempt attempted attempts attr attribute attributes attrs auth authenticate authentication author
authors auto automatic automatically available avatar avoid avoiding avoids await aware away aws azure back
backend background backward backwards bad bar bare base based basename basic basically basis batch baz bearer
because become becomes been before begin beginning behave behaves behavior behaviour behind being belong belongs
below best beta better between big billing bin binary bind binding bit bitbucket bits blank blob block blocking
blocks blog blue bodies body bool boolean both bottom bound boundaries boundary bounds box brackets branch
branches break breaking breaks broken brown browser browsers buf buffer buffered buffers bug bugs build builder
building builds built builtin builtins bundle but button bypass byte bytes cache cached caches caching calculate
calculated calculation call callable callback callbacks called caller callers calling calls can cancel cannot
canonical cap captcha capture captured capturing care careful case cases cast cat catch category caught cause
caused causes causing cdn ceil center cert certain certificate certificates chain chained chaining change
changed changeit changeme changes changing channel char character characters chars charset chat check checkbox
checked checker checking checks child children chinese choice choose chosen chrome chunk chunks cipher circular
city claim class classes classic clause clean cleanup clear cleared clears cli click client clock clone cloned
clones close closed closes closest closing closure cls cluster cmd code codes coerce collect collected
collection collections collects colon color column columns com combination combine combined combining come comes
coming comma command commands comment comments commit common commonly community compact compare compared
comparing comparison comparisons compat compatibility compatible compile compiled compiler complete completed
completely completes completion complex component components compose compression compute computed computes
concat concatenated concept concrete concurrency concurrent condition conditional conditions config configs
configurable configuration configurations configure configured confirm conflict conflicts confused conn connect
connected connecting connection connections consecutive consider considered consistency consistent consistently
console const constant constants constraint constraints construct constructed construction constructor
constructors constructs consume consumed contact contain contained container containing contains content
contents context contextlib contextmanager contexts continue continues contract contrase contrasena contrib
contribute contributing contribution contributors control controlled controlling controls convenience conversion
convert converted converting converts cookie copied copies copy copying copyright core correct correctly
corresponding cost could couldn count counter counting country counts cover coverage covered covers cpu create
created creates creating creation credential credentials cross css ctx current currently cursor custom customer
customers customize cut cwd cycle data database date datetime day deal dealing debug debugging decide decimal
declaration declarations declare declared decode decoded decoding decompress decorated decorator decrement
decrypt decryption dedicated deep deeper def default defaults defer deferred define defined defines defining
definition definitions defs del delay delete deleted deletes delimiter delta dep depend dependencies dependency
dependent depending depends deployment deprecate deprecated deprecation depth der derived des desc descending
describe described describes describing description descriptor descriptors design designed desired destination
destroy detail detailed details detect detected detection determine determined determines determining dev devel
developer development dialog dict dictionary did didn diff difference different differently differs digest digit
digits dir direct direction directive directly directories directory dirname disable disabled disables discarded
disconnect disconnected disk dispatch display dist distinct div dns doc docker docs document documentation
documents does doesn dog doing dom domain don done dot dots dotted double down download downstream drop dropdown
dropped dropping drops due dummy dump dumps duplicate duplicated duplicates duration during dutch dynamic each
earlier early easier easily easy edge effect effective effects efficient either elapsed element elements elif
else elsewhere email emails embedded emit emits emitted emitting empty enable enabled enables enabling encode
encoded encoder encoding encountered encrypted encryption end ended ending ends endswith enforce engine engines
english enough ensure ensures ensuring enter entire entirely entities entity entries entry enum enumerable
enumerate env environ environment environments equal equality equals equivalent err errno error errors escape
escaped escapes escaping eslint esm especially etc eval evaluate evaluated evaluation even event events ever
every everything exact exactly example examples exc exceed exceeded exceeds except exception exceptions exclude
excluded excludes excluding exclusive exec executable execute executed executes executing execution executor
exist existing exists exit exiting exits exp expand expanded expect expected expects experimental expired
expires explanation explicit explicitly export exported exports expose exposed exposes express expression
expressions ext extend extended extending extends extension extensions external extra extract extracted extracts
extras fact factory fail failed fails failure failures fake fall fallback falls false falsy family far fast
faster feature features feed fetch few field fields figure file filename filenames files filesystem fill filled
filter filtered filtering filters final finalize finally find finds fine finish finished finishes finite fire
first fit fitness five fix fixed fixes fixture flag flags flat flatten flattened float floating floor flow flush
folder follow followed following follows foo footer for force forever forget forgot form format formats
formatted formatter formatting former forms forward forwarded found four fox fragment frame frames framework
frameworks free freeze french fresh friendly from front frozen full fully fun func function functionality
functions further future gcp gen general generally generate generated generates generating generation generator
generators generic german get getattr gets getter getting git github gitlab give given gives giving glob global
globally globals gmt goes going good google got gpg granted graph greater group grouped grouping groups
guaranteed guard guess guest guide gzip hack had half hand handle handled handler handlers handles handling hang
happen happened happens hard has hasattr hash hashed hashes haslo hasn have haven having head header headers
height held hello helm help helper helpers helpful helps here heroku heslo hex hidden hide high higher highest
highlight hint hints history hit hmac hold holds home honor hook hooks host hostname how however href html http
https hub human idea identical identifier identifiers identify identity idle ids idx ietf ignore ignored ignores
ignoring image images img immediate immediately immutable implement implementation implementations implemented
implements implicit implicitly implied import important imported importing imports impossible improve inc
include included includes including inclusive incoming incompatible incomplete incorrect incorrectly increase
increment indent independent independently index indexed indexes indicate indicates indicating indices indirect
individual infer inferred infinite infinity info information ingress inherit inherited inherits init initial
initialization initialize initialized initializer initially inject injected injection inline inner input inputs
insensitive insert inserted inside inspect install installation installed installing instance instanceof
instances instantiate instead instructions int integer integers integration intended intentionally interactive
interface interfaces intermediate internal internally internals interpreted intersection interval into
introduced invalid invocation invoice invoke invoked invoking ipsum isinstance isn iso issue issues italian item
items iter iterable iterate iterates iterating iteration iterator its itself japanese java javascript jenkins
job john join joined json jumps just jwt kafka keep keeping keeps kennwort kept kerberos key keycloak keyed keys
keyword keywords kind know known knows korean kube kubernetes kwargs label lambda land lang language languages
large larger last late later latest latin layer layout lazily lazy ldap lead leading leads leak learn least
leave leaves leaving left legacy legal len length less let lets letter letters level levels lib libraries
library license life lifecycle like likely limit limitation limitations limited limiting limits line lines link
linked links linux list listed listen listener lists literal literals little live load loaded loader loading
loads loc local locale localhost locally locals located location locations lock locked log logger logging logic
login logo logout logs long longer look looking looks lookup lookups loop loops lorem lose losenord loss lost
lot low lower lowercase lozinka machine made magic mail main maintain major make makes making malformed manage
managed management manager manages managing mandatory manual manually many map mapped mapping mappings maps mark
marked marker marks mask masked master match matched matches matching math matter max maximum may maybe md5 mean
meaning means meant mechanism media medium member members memory merchantability merge merged merges merging
message messages met meta metadata method methods mfa microsoft middle middleware might milliseconds mime min
mind minimal minimum minor minus minutes mirror misc mismatch missing mit mix mixed mixin mkdir mobile mock mod
modal mode model models modern modification modified modifier modifies modify modifying module modules moment
mongo month more most mostly motdepasse move moved moving mozilla msg mtime much multi multiple must mutable
mutate mysql name named names namespace naming native natural navbar near nearest necessary need needed needing
needs negated negative neither nested nesting net netlify network never new newer newline newlines newly next
nice nil node nodes non none noop noqa nor normal normalization normalize normalized normally not notation note
notes nothing notice notify now npm null num number numbers numeric oauth obj object objects observe obtain
obtained occur occurred occurs octal odd off offer official offset often okta old older omit omitted once one
ones only onto open opened opening opens operate operating operation operations operator operators opposed
opposite opt optimization option optional optionally options opts order ordered ordering orders ordinary org
organization orig origin original originally oserror other others otherwise otp our out outer output outputs
outside over overflow overhead overlap overload overridden override overrides overriding overwrite overwritten
own owned owner pack package packages pad padding page pages pair pairs parallel param parameter parameters
parametrize params parent parents parola parse parsed parser parsers parses parsing part partial partially
particular particularly partition parts party pass passcode passed passes passing passphrase passwd password
passwords passwort past patch path paths pattern patterns payload payment payments pem pending people per
percent perform performance performed performing performs period permanent permission permissions permitted
persist pgp phase phone pick picked pin pipe pipeline pkcs pkg place placeholder placeholders places plain
platform platforms please plugin plugins plus png pod point pointer points policy poll pool pop populate
populated port portion portuguese pos position positional positive posix possible possibly post postal postgres
potential potentially pow power pragma pre precedence preceding precision predicate prefer preferred prefix
prefixed prefixes prepare prepared prepend prepended presence present presented preserve preserved preserves
preserving pretty prev prevent prevents previous previously primary primitive print prints prior priority
private probably problem problems process processed processes processing prod produce produced produces product
production profile program progress project projects promise promises prompt prop propagate proper properly
properties property props protected proto protocol prototype provide provided provider provides providing proxy
public publish published pull pulls pure purpose purposes push pushes put pwd python queries query querying
question questions queue queued quick quite quote quoted quotes quux qux rabbit race raise raised raises raising
random range ranges rate rather raw reach reached read readable reader reading readme readonly reads ready real
really reason reasons receive received receives receiving recent recommend recommended record recorded records
recursion recursive recursively red redacted redirect redirects redis reduce ref refactor refer reference
referenced references referring refers reflect refresh reg regardless regex regexp register registered registers
registration registry regular reject rejected rejection rejects rel related relationship relative release
released releases relevant reload rely remain remainder remaining remains remember remote removal remove removed
removes removing rename renamed render repeat repeated replace replaced replacement replaces replacing repo
report reported reporting reports repository repr represent representation represented representing represents
req request requested requests require required requirement requirements requires res reserved reset resets
resolution resolve resolved resolves resolving resource resources resp respect respectively respond response
responses responsible rest restart restore restrict restricted result resulting results ret retain retained
retrieve retrieved retry return returned returning returns reuse reused reusing reverse reversed revoked rewrite
rfc right rights role root round rounded route row rows rsa rule rules run runner running runs runtime russian
safe safely salasana salted same saml sample sandbox sanitize satisfy save saved saves saving say says scale
scan schedule scheduled schema schemas scheme scope scoped scram script scripts search searches second seconds
secret secrets section sections secure security see seek seems seen segment segments select selected selection
selector self semantics send sending sends senha sense sensitive sent sentinel sep separate separated separately
separator separators seq sequence sequences serializable serialization serialize serialized serializer
serializing series serve served server servers serves service services session sessions set setattr sets setter
setting settings setup several sha shall shape share shared shares sharing shell shift short shortcut shorter
shorthand should shouldn show shown shows shutdown side sidebar sig sign signal signals signature signatures
signed significant signin signs signup silent silently similar simple simpler simply simulate since single site
situation situations size sizes skip skipped skipping skips slash sleep slice slightly slot slots slow small
smaller snapshot socket sockets software solution some someone something sometimes soon sort sorted sorting
source sources space spaces span spanish spec special specific specifically specification specified specifies
specify specifying speed splice split splits src ssh ssl stable stack stage staging stale standalone standard
start started starting starts startswith stat state statement statements states static statistics stats status
stay stays stdout step steps still stop stopped stops storage store stored stores storing str strategy stream
streaming streams street strict strictly string stringify strings strip stripe stripped strong structure
structured structures stub stuff style sub subclass subclasses subject submit subscription subsequent subset
substring success successful successfully such suffix suitable sum summary super supplied supply support
supported supporting supports suppress sure surrounding svg switch symbol symbols sync synchronous synchronously
syntax sys system systems tab table tables tag tagged tags tail take taken takes taking target targets task
tasks tbd team teams technically tell tells temp template templates temporarily temporary tenant term terminal
terminate terminated terms terraform test tested testing tests text textarea textbox textfield than that the
their them themselves then there therefore these they thing things third this those though thread threads three
threshold through throw throwing thrown throws thus tick time timed timeout timeouts timer times timestamp
timestamps timezone timing tiny title tls tmp todo together token tokens too tool tools tooltip top total totp
trace traceback track tracked tracking trailing transfer transform transformation transformed transforms
translate traverse treat treated treats tree tried tries trigger triggered triggers trim true truncate truncated
trust trusted truthy try trying tuple tuples turn turned turns twice twilio two txt type typed typeof types
typically typing uint unable unauthorized unavailable unchanged undefined under underlying underscore unescape
unexpected unhandled unicode union unique unit units unittest universal unix unknown unless unlike unlimited
unlink unmatched unnecessary unpack unsafe unset unsigned unspecified unsupported until untouched unused update
updated updates updating upgrade upload upon upper uppercase uri url urls usable usage use used useful user
username users uses using usual usually utc utf util utilities utility utils uuid val valid validate validated
validates validation validator value values var variable variables variant various vars vary vault verbose
vercel verify version versions very via view views virtual visible visit visited void wachtwoord wait waiting
walk want wanted wants warn warning warnings warns was wasn way ways weak web well were what whatever when
whenever where whether which while white whitespace who whole whose why wide width wiki wikipedia wildcard will
win window windows wish with within without won word words work workaround worker workers working works
workspace world would wouldn wrap wrapped wrapper wrappers wrapping wraps writable write writes writing written
wrong www xff xml xxx year yes yet yield yields you your zero zip zone
`;

const words: ReadonlySet<string> = new Set(listed.split(/\s+/));

export function isWord(lower: string): boolean {
  return words.has(lower);
}

/** The letters are words put together, as in `textbox` and `usernamefield`. */
export function isWords(lower: string): boolean {
  // ends[i]: the first i letters are words.
  const ends = [true];
  for (let end = 1; end <= lower.length; end++)
    for (let start = Math.max(0, end - 16); start <= end - 3; start++)
      if (ends[start] && words.has(lower.slice(start, end))) {
        ends[end] = true;
        break;
      }
  return ends[lower.length] === true;
}
