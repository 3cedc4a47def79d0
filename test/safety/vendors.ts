// Tokens as their vendors' documents describe them, a row each: vendor, the variable its documents put the token in, its form.
// A form is literal text and {count, alphabet}: a letters and digits, h hexadecimal, H the same in capitals, u base64url,
// b base64, l small letters and digits, U capitals and digits, d digits, i base32, s base58, g a UUID.

/** Known by their own form, whatever stands beside them. */
export const formed = `
Adafruit IO|ADAFRUIT_IO_KEY|aio_{28a}
Adobe|ADOBE_CLIENT_SECRET|p8e-{32a}
Airtable|AIRTABLE_TOKEN|pat{14a}.{64h}
Aiven|AIVEN_TOKEN|aivenv1{80b}
Aiven password|AIVEN_PG_PASSWORD|AVNS_{19u}
Alibaba|ALIBABA_CLOUD_ACCESS_KEY_ID|LTAI5t{18a}
Anthropic|ANTHROPIC_API_KEY|sk-ant-api03-{93u}AA
Anthropic admin|ANTHROPIC_ADMIN_KEY|sk-ant-admin01-{93u}AA
Apify|APIFY_TOKEN|apify_api_{36a}
Asana|ASANA_PAT|2/{16d}/{16d}:{32h}
Atlassian|JIRA_API_TOKEN|ATATT3xFfGF0{172u}={8H}
Atlassian admin|ATLASSIAN_ADMIN_KEY|ATCTT3xFfGN0{172u}={8H}
AWS|AWS_ACCESS_KEY_ID|AKIA{16i}
AWS Bedrock|AWS_BEARER_TOKEN_BEDROCK|ABSK{109b}=
Azure AD|AZURE_CLIENT_SECRET|{3a}8Q~{34a}
Azure Functions|AZURE_FUNCTION_KEY|{44u}AzFu{8u}==
Azure Cognitive|AZURE_OPENAI_KEY|{52a}JQQJ99BKACYeBjFXJ3w3AAAB{4a}{4a}
Backblaze|B2_APPLICATION_KEY|K00{1d}{27b}
Baidu|QIANFAN_API_KEY|bce-v3/ALTAK-{21a}/{40h}
Beamer|BEAMER_API_KEY|b_{44b}
Bitbucket|BITBUCKET_APP_PASSWORD|ATBB{24a}{8H}
Brevo|BREVO_API_KEY|xkeysib-{64h}-{16a}
Browserbase|BROWSERBASE_API_KEY|bb_live_{27u}
Buildkite|BUILDKITE_API_TOKEN|bkua_{40h}
Canva|CANVA_CLIENT_SECRET|cnvca{43u}{8h}
Cashfree|CASHFREE_CLIENT_SECRET|cfsk_ma_prod_{32h}_{8h}
Cerebras|CEREBRAS_API_KEY|csk-{48l}
Checkout.com|CKO_SECRET_KEY|sk_sbox_{26l}
CircleCI|CIRCLE_TOKEN|CCIPAT_{22a}_{40h}
Clerk|CLERK_SECRET_KEY|sk_live_{42a}
ClickHouse|CLICKHOUSE_KEY|4b1d{38a}
Clojars|CLOJARS_TOKEN|CLOJARS_{60h}
Cloudflare|CLOUDFLARE_API_TOKEN|cfut_{40a}{8h}
CockroachDB|COCKROACH_API_KEY|CCDB1_{22a}_{40a}
Contentful|CONTENTFUL_MANAGEMENT_TOKEN|CFPAT-{43u}
Covalent|COVALENT_API_KEY|cqt_{28a}
crates.io|CARGO_REGISTRY_TOKEN|cio{32a}
Cursor|CURSOR_API_KEY|key_{64h}
Databento|DATABENTO_API_KEY|db-{29a}
Databricks|DATABRICKS_TOKEN|dapi{32h}
DataStax|ASTRA_DB_APPLICATION_TOKEN|AstraCS:{24a}:{64h}
dbt Cloud|DBT_CLOUD_TOKEN|dbtc_{40a}
dbt user|DBT_USER_TOKEN|dbtu_{40a}
Deno|DENO_DEPLOY_TOKEN|ddp_{36a}
DevCycle|DEVCYCLE_SERVER_SDK_KEY|dvc_server_{8l}_{16l}_{7l}
DigitalOcean|DIGITALOCEAN_TOKEN|dop_v1_{64h}
Discord|DISCORD_TOKEN|MT{24a}.G{5u}.{38u}
Docker|DOCKER_PAT|dckr_pat_{27u}
Docker organization|DOCKER_ORG_TOKEN|dckr_oat_{32u}
Doppler|DOPPLER_TOKEN|dp.st.prd.{43a}
Dropbox|DROPBOX_TOKEN|sl.u.{130u}
Duffel|DUFFEL_ACCESS_TOKEN|duffel_live_{43u}
Dynatrace|DT_API_TOKEN|dt0c01.{24i}.{64i}
E2B|E2B_API_KEY|e2b_{40h}
EasyPost|EASYPOST_API_KEY|EZAK{54a}
ElevenLabs|ELEVENLABS_API_KEY|sk_{48h}
fal|FAL_KEY|{g}:{32h}
Figma|FIGMA_TOKEN|figd_{40u}
Firecrawl|FIRECRAWL_API_KEY|fc-{32h}
Fireworks|FIREWORKS_API_KEY|fw_{24a}
Flutterwave|FLW_SECRET_KEY|FLWSECK-{32h}-X
Frame.io|FRAMEIO_TOKEN|fio-u-{64u}
FullStory|FULLSTORY_API_KEY|na1.{72b}
Gemini|GEMINI_API_KEY|AQ.Ab8RN6{44u}
GitHub|GITHUB_TOKEN|ghp_{36a}
GitHub fine-grained|GH_TOKEN|github_pat_11{20U}_{59a}
GitLab|GITLAB_TOKEN|glpat-{20u}
GitLab routable|GITLAB_PAT|glpat-{27u}.{2l}.{9l}
GitLab incoming mail|GITLAB_MAIL_TOKEN|glimt-{25l}
GitLab Kubernetes agent|GITLAB_AGENT_TOKEN|glagent-{50u}
GitLab feed|GITLAB_FEED_TOKEN|glft-{20u}
Google|GOOGLE_API_KEY|AIza{35u}
Google OAuth|GOOGLE_CLIENT_SECRET|GOCSPX-{28u}
Grafana|GRAFANA_TOKEN|glsa_{32a}_{8h}
Groq|GROQ_API_KEY|gsk_{52a}
Harness|HARNESS_API_KEY|pat.{22u}.{24h}.{20a}
Heroku|HEROKU_API_KEY|HRKU-AA{58u}
Hetzner robot|HROBOT_TOKEN|hrobot_{40a}
Highnote|HIGHNOTE_API_KEY|sk_live_{60a}
HubSpot|HUBSPOT_TOKEN|pat-na1-{g}
Hugging Face|HF_TOKEN|hf_{34a}
Infracost|INFRACOST_API_KEY|ico-{32a}
Intercom|INTERCOM_TOKEN|dG9rO{54b}=
Ionic|IONIC_TOKEN|ion_{42a}
JD Cloud|JDCLOUD_ACCESS_KEY|JDC_{25U}
JFrog|ARTIFACTORY_API_KEY|AKCp8{68a}
Jina|JINA_API_KEY|jina_{32h}{28u}
LangSmith|LANGSMITH_API_KEY|lsv2_pt_{32h}_{10h}
Langfuse|LANGFUSE_SECRET_KEY|sk-lf-{g}
Lark|LARK_TENANT_TOKEN|t-g1{38U}
LaunchDarkly|LAUNCHDARKLY_SDK_KEY|sdk-{g}
Lichess|LICHESS_TOKEN|lip_{20a}
Linear|LINEAR_API_KEY|lin_api_{40a}
Liveblocks|LIVEBLOCKS_SECRET_KEY|sk_prod_{72u}
Lob|LOB_API_KEY|live_{35h}
LocalStack|LOCALSTACK_AUTH_TOKEN|ls-{4a}{4d}-{4d}-{4a}-{4a}-{12h}
Logfire|LOGFIRE_TOKEN|pylf_v1_us_{43a}
LogicMonitor|LM_BEARER_TOKEN|lmb_{32b}{24b}
Mailchimp|MAILCHIMP_API_KEY|{32h}-us14
Mailgun|MAILGUN_API_KEY|key-{32h}
Mandrill|MANDRILL_API_KEY|md-{22u}
Mapbox|MAPBOX_SECRET_TOKEN|sk.eyJ1Ijoi{60u}.{22u}
MaxMind|MAXMIND_LICENSE_KEY|{6a}_{29a}_mmk
Mem0|MEM0_API_KEY|m0-{40a}
Mercury|MERCURY_API_TOKEN|secret-token:mercury_production_wma_{44a}_yrucrem
Mergify|MERGIFY_TOKEN|mka_{22a}_{40a}
Midtrans|MIDTRANS_SERVER_KEY|Mid-server-{24u}
Modal|MODAL_TOKEN_SECRET|as-{22a}
MongoDB Atlas|MONGODB_ATLAS_CLIENT_SECRET|mdb_sa_sk_{40u}
Neon|NEON_API_KEY|napi_{64l}
Netlify|NETLIFY_AUTH_TOKEN|nfp_{36a}
New Relic|NEW_RELIC_API_KEY|NRAK-{27U}
New Relic license|NEW_RELIC_LICENSE_KEY|{36h}FFFFNRAL
Nightfall|NIGHTFALL_API_KEY|NF-{32a}
Nostr|NOSTR_NSEC|nsec1{58l}
Notion|NOTION_TOKEN|ntn_{46a}
npm|NPM_TOKEN|npm_{36a}
NuGet|NUGET_API_KEY|oy2{43l}
NVIDIA|NVIDIA_API_KEY|nvapi-{64u}
Octopus Deploy|OCTOPUS_API_KEY|API-{30U}
OneSignal|ONESIGNAL_API_KEY|os_v2_app_{100i}
Onfido|ONFIDO_API_TOKEN|api_live.{11u}.{32u}
OpenAI|OPENAI_API_KEY|sk-proj-{74u}T3BlbkFJ{74u}
OpenRouter|OPENROUTER_API_KEY|sk-or-v1-{64h}
Ory|ORY_API_KEY|ory_pat_{32a}
Paddle|PADDLE_API_KEY|pdl_live_apikey_{26l}_{22a}_{3a}
Paystack|PAYSTACK_SECRET_KEY|sk_live_{40h}
Perplexity|PERPLEXITY_API_KEY|pplx-{48a}
Persona|PERSONA_API_KEY|persona_production_{g}
Pinecone|PINECONE_API_KEY|pcsk_{6a}_{63a}
Pinterest|PINTEREST_TOKEN|pina_{60U}
PlanetScale|PLANETSCALE_TOKEN|pscale_tkn_{43u}
Plivo|PLIVO_AUTH_ID|MA{18U}
Polar|POLAR_ACCESS_TOKEN|polar_oat_{43a}
Portainer|PORTAINER_API_KEY|ptr_{43b}=
PostHog|POSTHOG_PERSONAL_API_KEY|phx_{47a}
Postman|POSTMAN_API_KEY|PMAK-{24h}-{34h}
Prefect|PREFECT_API_KEY|pnu_{36a}
PubNub|PUBNUB_SECRET_KEY|sec-c-{48a}
Pulumi|PULUMI_ACCESS_TOKEN|pul-{40h}
PyPI|TWINE_PASSWORD|pypi-AgEIcHlwaS5vcmcC{150u}
Rainforest Pay|RAINFOREST_API_KEY|prod_apikey_{64h}
Ramp|RAMP_CLIENT_SECRET|ramp_sec_{48a}
Razorpay|RAZORPAY_KEY_ID|rzp_live_{14a}
ReadMe|README_API_KEY|rdme_xn8s9h{64h}
Render|RENDER_API_KEY|rnd_{32a}
Replicate|REPLICATE_API_TOKEN|r8_{37a}
Resend|RESEND_API_KEY|re_{8a}_{24a}
Roboflow|ROBOFLOW_KEY|rf_{28a}
Rootly|ROOTLY_API_KEY|rootly_{64h}
RubyGems|GEM_HOST_API_KEY|rubygems_{48h}
RunPod|RUNPOD_API_KEY|rpa_{42U}{6l}
Samsara|SAMSARA_API_TOKEN|samsara_api_{30a}
Scaleway|SCW_ACCESS_KEY|SCW{17U}
SendGrid|SENDGRID_API_KEY|SG.{22u}.{43u}
Sentry|SENTRY_AUTH_TOKEN|sntryu_{64h}
Shippo|SHIPPO_TOKEN|shippo_live_{40h}
Shopify|SHOPIFY_ACCESS_TOKEN|shpat_{32h}
Sindri|SINDRI_API_KEY|sindri_{32a}
Slack|SLACK_BOT_TOKEN|xoxb-{12d}-{13d}-{24a}
Slack app|SLACK_APP_TOKEN|xapp-1-A0{9U}-{13d}-{64h}
Socket|SOCKET_CLI_API_TOKEN|sktsec_{40u}_api
SonarQube|SONAR_TOKEN|sqp_{40h}
Sourcegraph|SRC_ACCESS_TOKEN|sgp_{16h}_{40h}
Square|SQUARE_ACCESS_TOKEN|EAAA{60u}
StackHawk|HAWK_API_KEY|hawk.{20a}.{20a}
Statsig|STATSIG_SERVER_KEY|secret-{43a}
Stripe|STRIPE_SECRET_KEY|sk_live_51{97a}
Stripe webhook|STRIPE_WEBHOOK_SECRET|whsec_{32a}
Stytch|STYTCH_SECRET|secret-live-{36a}
Supabase|SUPABASE_ACCESS_TOKEN|sbp_{40h}
Tailscale|TS_AUTHKEY|tskey-auth-k{11a}CNTRL-{32a}
Tatum|TATUM_API_KEY|t-{24h}-{24h}
Tavily|TAVILY_API_KEY|tvly-dev-{32a}
Telegram|TELEGRAM_BOT_TOKEN|7{9d}:AA{33u}
Telnyx|TELNYX_API_KEY|KEY01{30H}_{22a}
Tencent|TENCENTCLOUD_SECRET_ID|AKID{32a}
Terraform|TFE_TOKEN|{14a}.atlasv1.{67a}
Thunderstore|TCLI_AUTH_TOKEN|tss_{40a}
Together|TOGETHER_API_KEY|tgp_v1_{43u}
Twilio|TWILIO_API_KEY|SK{32h}
Typeform|TYPEFORM_TOKEN|tfp_{44u}_{14a}
Ubidots|UBIDOTS_TOKEN|BBFF-{30a}
Unkey|UNKEY_ROOT_KEY|unkey_{22a}
UpCloud|UPCLOUD_TOKEN|ucat_{26U}
Val Town|VALTOWN_TOKEN|vtwn_{32a}
Vault|VAULT_TOKEN|hvs.CAES{90u}
Vercel|VERCEL_TOKEN|vcp_{56a}
Vercel Blob|BLOB_READ_WRITE_TOKEN|vercel_blob_rw_{16a}_{30a}
Volcengine|VOLC_ACCESSKEY|AKLT{43a}
WakaTime|WAKATIME_API_KEY|waka_{g}
Weights and Biases|WANDB_API_KEY|wandb_v1_{77u}
WooCommerce|WOOCOMMERCE_CONSUMER_SECRET|cs_{40h}
WooCommerce key|WOOCOMMERCE_CONSUMER_KEY|ck_{40h}
WorkOS|WORKOS_API_KEY|sk_live_a2V5{60a}
xAI|XAI_API_KEY|xai-{80a}
Xendit|XENDIT_SECRET_KEY|xnd_production_{60a}
Yandex|YANDEX_API_KEY|AQVN{36u}
Zuplo|ZUPLO_API_KEY|zpka_{32h}_{8h}`;

/** Random text that only the variable's name tells; as vendors name it. */
export const unformed = `
Ably|ABLY_API_KEY|{6a}.{6a}:{43u}
Algolia|ALGOLIA_ADMIN_API_KEY|{32h}
Amplitude|AMPLITUDE_SECRET_KEY|{32h}
AssemblyAI|ASSEMBLYAI_API_KEY|{32h}
Auth0|AUTH0_CLIENT_SECRET|{64u}
Bugsnag|BUGSNAG_API_KEY|{32h}
Cloudinary|CLOUDINARY_API_SECRET|{27u}
Codecov|CODECOV_TOKEN|{g}
Cohere|CO_API_KEY|{40a}
Coveralls|COVERALLS_REPO_TOKEN|{33a}
Datadog|DD_API_KEY|{32h}
Deepgram|DEEPGRAM_API_KEY|{40h}
DeepL|DEEPL_AUTH_KEY|{g}:fx
Discord client|DISCORD_CLIENT_SECRET|{32u}
Exa|EXA_API_KEY|{g}
Fastly|FASTLY_API_TOKEN|{32u}
Hetzner|HCLOUD_TOKEN|{64a}
Honeybadger|HONEYBADGER_API_KEY|hbp_{36a}
Infura secret|INFURA_API_KEY_SECRET|{43b}
Kraken|KRAKEN_PRIVATE_KEY|{86b}==
LinkedIn|LINKEDIN_CLIENT_SECRET|{16a}
Linode|LINODE_CLI_TOKEN|{64h}
Mailjet|MJ_APIKEY_PRIVATE|{32h}
Mistral|MISTRAL_API_KEY|{32a}
Mux|MUX_TOKEN_SECRET|{75b}
Okta|OKTA_API_TOKEN|00{40u}
OVH|OVH_CONSUMER_KEY|{32h}
PagerDuty|PAGERDUTY_TOKEN|u+{18u}
Postmark|POSTMARK_SERVER_TOKEN|{g}
Pusher|PUSHER_APP_SECRET|{20h}
Rollbar|ROLLBAR_ACCESS_TOKEN|{32h}
Serper|SERPER_API_KEY|{40h}
Snyk|SNYK_TOKEN|{g}
Spotify|SPOTIPY_CLIENT_SECRET|{32h}
Trello|TRELLO_TOKEN|ATTA{64h}{8H}
Twitch|TWITCH_CLIENT_SECRET|{30l}
Twitter|TWITTER_CONSUMER_SECRET|{50a}
Vonage|VONAGE_API_SECRET|{16a}
Vultr|VULTR_API_KEY|{36U}
Wasabi|WASABI_SECRET_ACCESS_KEY|{40a}
Zhipu|ZHIPUAI_API_KEY|{32h}.{16a}`;

/** Addresses in which the part between § and § is the secret. */
export const addressed = `
Infura|https://mainnet.infura.io/v3/§{32h}§
Infura socket|wss://sepolia.infura.io/ws/v3/§{32h}§
Alchemy|https://eth-mainnet.g.alchemy.com/v2/§{32u}§
Alchemy socket|wss://polygon-mainnet.g.alchemy.com/v2/§{32u}§
QuickNode|https://cool-still-lake.quiknode.pro/§{40h}§/
QuickNode Solana|https://proud-dry-sky.solana-mainnet.quiknode.pro/§{40h}§
Ankr|https://rpc.ankr.com/eth/§{64h}§
Chainstack|https://ethereum-mainnet.core.chainstack.com/§{32h}§
GetBlock|https://go.getblock.io/§{32h}§
BlastAPI|https://eth-mainnet.blastapi.io/§{g}§
Helius|https://mainnet.helius-rpc.com/?api-key=§{g}§
Moralis|https://site1.moralis-nodes.com/eth/§{32h}§
Tenderly|https://mainnet.gateway.tenderly.co/§{22a}§
Pokt|https://eth-mainnet.rpc.grove.city/v1/§{8h}§
Slack|https://hooks.slack.com/services/T{8U}/B0{9U}/§{24a}§
Discord|https://discord.com/api/webhooks/1{18d}/§{68u}§
Teams|https://acme.webhook.office.com/webhookb2/{g}@{g}/IncomingWebhook/§{32h}§/{g}
Teams workflow|https://prod-12.westus.logic.azure.com:443/workflows/{32h}/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=§{43u}§
Google Chat|https://chat.googleapis.com/v1/spaces/AAAA{7a}/messages?key=AIza{35u}&token=§{43u}§
Mattermost|https://chat.acme.org/hooks/§{26l}§
Feishu|https://open.feishu.cn/open-apis/bot/v2/hook/§{g}§
DingTalk|https://oapi.dingtalk.com/robot/send?access_token=§{64h}§
WeCom|https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=§{g}§
Zapier|https://hooks.zapier.com/hooks/catch/{7d}/§{7l}§/
Pipedream|https://§eo{14l}§.m.pipedream.net
IFTTT|https://maker.ifttt.com/trigger/door/with/key/§{22u}§
Healthchecks|https://hc-ping.com/§{g}§
Better Stack heartbeat|https://uptime.betterstack.com/api/v1/heartbeat/§{24a}§
Sentry|https://§{32h}§@o{6d}.ingest.sentry.io/{7d}
Mongo|mongodb+srv://app:§{16a}§@cluster0.{5l}.mongodb.net/shop
Cloudinary|cloudinary://{15d}:§{27u}§@acme
Upstash|rediss://default:§{40a}§@eu1-fox-{5d}.upstash.io:6379
ElephantSQL|postgres://{8l}:§{32u}§@trumpet.db.elephantsql.com/{8l}
CloudAMQP|amqps://{8l}:§{32u}§@rattlesnake.rmq.cloudamqp.com/{8l}
Azure blob|https://acme.blob.core.windows.net/logs?sv=2022-11-02&ss=b&srt=sco&sp=rl&sig=§{43u}§%3D
S3 presigned|https://acme.s3.amazonaws.com/a.zip?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-Signature=§{64h}§
Google signed|https://storage.googleapis.com/acme/a.zip?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=§{128h}§
Private feed|https://calendar.google.com/calendar/ical/joe%40acme.org/private-§{32h}§/basic.ics
npm registry|https://joe:§ghp_{36a}§@github.com/acme/web.git
Packagecloud|https://packagecloud.io/§{48h}§/acme/prod/ubuntu
Gemfury|https://§{20a}§@pypi.fury.io/acme/
Cloudsmith|https://dl.cloudsmith.io/§{16a}§/acme/prod/python/simple/`;
