// Credentials of vendors as their documents describe them (GitHub's list of supported secret-scanning patterns): the second corpus.

export interface VendorRow {
  readonly vendor: string;
  /** The environment variable in which its documents keep it. */
  readonly variable: string;
  /** Literal text and classes: `<h32>` is 32 hexadecimal digits; `Classes` in second-corpus.ts says which there are. */
  readonly format: string;
}

/** One vendor a line: name | variable | format. Names of several vendors appear more than once. */
const rows = `
1Password | OP_SERVICE_ACCOUNT_TOKEN | ops_eyJ<b320>
1Password | OP_SECRET_KEY | A3-<U6>-<U11>-<U5>-<U5>-<U5>
Adafruit | ADAFRUIT_IO_KEY | aio_<a28>
Adobe | ADOBE_CLIENT_SECRET | p8e-<l32>
Aikido | AIKIDO_CLIENT_SECRET | AIK_SECRET_<a64>
Airtable | AIRTABLE_API_KEY | key<a14>
Airtable | AIRTABLE_PAT | pat<a14>.<h64>
Aiven | AIVEN_TOKEN | <b173>
Aiven | AIVEN_SERVICE_PASSWORD | AVNS_<w19>
Algolia | ALGOLIA_ADMIN_KEY | <h32>
Alibaba | ALIBABA_CLOUD_ACCESS_KEY_SECRET | <a30>
Amazon | AWS_SECRET_ACCESS_KEY | <b40>
Amazon | AWS_ACCESS_KEY_ID | AKIA<R16>
Amazon | AWS_SESSION_TOKEN | IQoJb3JpZ2luX2Vj<b300>
Amazon | AWS_BEARER_TOKEN_BEDROCK | ABSK<b128>
Anthropic | ANTHROPIC_API_KEY | sk-ant-api03-<w93>AA
Anthropic | ANTHROPIC_ADMIN_KEY | sk-ant-admin01-<w93>AA
Apify | APIFY_TOKEN | apify_api_<a36>
Artifactory | ARTIFACTORY_API_KEY | AKCp<a69>
Artifactory | JFROG_ACCESS_TOKEN | cmVmd<a59>
Asaas | ASAAS_API_TOKEN | $aact_prod_<b160>
Asana | ASANA_ACCESS_TOKEN | 2/<d16>/<d16>:<h32>
Asana | ASANA_CLIENT_SECRET | <h32>
AssemblyAI | ASSEMBLYAI_API_KEY | <h32>
Atlassian | ATLASSIAN_API_TOKEN | ATATT3xFfGF0<w171>=<H8>
Atlassian | JIRA_API_TOKEN | <a24>
Auth0 | AUTH0_CLIENT_SECRET | <w64>
Authress | AUTHRESS_ACCESS_KEY | sc_<l12>.<l4>.acc-<l16>.<b60>
Azure | AZURE_CLIENT_SECRET | <a3>8Q~<w34>
Azure | AZURE_STORAGE_KEY | <b76>+AStA<b6>==
Azure | AZURE_DEVOPS_PAT | <l52>
Azure | COSMOS_PRIMARY_KEY | <b70>ACDb<b6>==
Azure | AZURE_OPENAI_API_KEY | <h32>
Azure | AZURE_SEARCH_ADMIN_KEY | <a42>AzSe<a6>
Azure | AZURE_FUNCTION_KEY | <w44>AzFu<w6>==
Azure | AZURE_CACHE_ACCESS_KEY | <a33>AzCa<a6>=
Baidu | BAIDU_API_KEY | bce-v3/ALTAK-<a21>/<h40>
Beamer | BEAMER_API_KEY | b_<b44>
Bitbucket | BITBUCKET_APP_PASSWORD | ATBB<a32>
Bitbucket | BITBUCKET_CLIENT_SECRET | <a32>
Bitrise | BITRISE_TOKEN | <w86>
Braintree | BRAINTREE_PRIVATE_KEY | <h32>
Brevo | BREVO_API_KEY | xkeysib-<h64>-<a16>
Brevo | BREVO_SMTP_KEY | xsmtpsib-<h64>-<a16>
Buildkite | BUILDKITE_API_TOKEN | bkua_<h40>
Buildkite | BUILDKITE_AGENT_TOKEN | bkct_<a64>
Canadian Digital Service | GC_NOTIFY_API_KEY | gcntfy-live-<u>-<u>
Canva | CANVA_CLIENT_SECRET | cnvca<w52>
Cerebras | CEREBRAS_API_KEY | csk-<l48>
Chargebee | CHARGEBEE_API_KEY | live_<a40>
Checkout.com | CHECKOUT_SECRET_KEY | sk_<l26>*<z1>
CircleCI | CIRCLE_TOKEN | CCIPAT_<a22>_<h40>
Clerk | CLERK_SECRET_KEY | sk_live_<a40>
ClickHouse | CLICKHOUSE_CLOUD_SECRET | 4b1d<a38>
ClickUp | CLICKUP_API_TOKEN | pk_<d8>_<U32>
Clojars | CLOJARS_TOKEN | CLOJARS_<h60>
Cloudflare | CLOUDFLARE_API_TOKEN | <w40>
Cloudflare | CLOUDFLARE_API_KEY | <h37>
Cloudflare | CLOUDFLARE_ORIGIN_CA_KEY | v1.0-<h24>-<h146>
CockroachDB | COCKROACH_API_KEY | CCDB1_<a22>_<a40>
Codecov | CODECOV_TOKEN | <u>
Cohere | CO_API_KEY | <a40>
Coinbase | COINBASE_API_SECRET | <a32>
Confluent | CONFLUENT_CLOUD_API_SECRET | cflt<b60>
Contentful | CONTENTFUL_MANAGEMENT_TOKEN | CFPAT-<w43>
Contentful | CONTENTFUL_DELIVERY_TOKEN | <w43>
Contentstack | CONTENTSTACK_MANAGEMENT_TOKEN | cs<h32>
crates.io | CARGO_REGISTRY_TOKEN | cio<a32>
Databricks | DATABRICKS_TOKEN | dapi<h32>-3
Datadog | DD_API_KEY | <h32>
Datadog | DD_APP_KEY | <h40>
DeepSeek | DEEPSEEK_API_KEY | sk-<h32>
Deepgram | DEEPGRAM_API_KEY | <h40>
DevCycle | DEVCYCLE_SERVER_SDK_KEY | dvc_server_<l32>_<l7>
DigitalOcean | DIGITALOCEAN_TOKEN | dop_v1_<h64>
DigitalOcean | DIGITALOCEAN_OAUTH_TOKEN | doo_v1_<h64>
DigitalOcean | SPACES_SECRET_KEY | <b43>
Discord | DISCORD_BOT_TOKEN | M<a25>.G<a5>.<w38>
Docker | DOCKERHUB_TOKEN | dckr_pat_<w27>
Docker | DOCKERHUB_ORG_TOKEN | dckr_oat_<w32>
Doppler | DOPPLER_TOKEN | dp.pt.<a43>
Doppler | DOPPLER_SERVICE_TOKEN | dp.st.prd.<a43>
Dropbox | DROPBOX_ACCESS_TOKEN | sl.B<w134>
Dropbox | DROPBOX_APP_SECRET | <l15>
Duffel | DUFFEL_ACCESS_TOKEN | duffel_live_<w43>
Dynatrace | DYNATRACE_API_TOKEN | dt0c01.<U24>.<U64>
EasyPost | EASYPOST_API_KEY | EZAK<a54>
Elastic | ELASTIC_API_KEY | <b58>==
ElevenLabs | ELEVENLABS_API_KEY | sk_<h48>
Etsy | ETSY_KEYSTRING | <l24>
Facebook | FACEBOOK_PAGE_TOKEN | EAAM<a180>
Facebook | FACEBOOK_APP_SECRET | <h32>
Fastly | FASTLY_API_TOKEN | <w32>
Figma | FIGMA_TOKEN | figd_<w40>
Fireworks | FIREWORKS_API_KEY | fw_<a24>
Flutterwave | FLW_SECRET_KEY | FLWSECK-<h32>-X
Fly.io | FLY_API_TOKEN | fo1_<w43>
Frame.io | FRAMEIO_TOKEN | fio-u-<w64>
FullStory | FULLSTORY_API_KEY | na1.<b60>
GitHub | GITHUB_TOKEN | ghp_<a36>
GitHub | GH_PAT | github_pat_<a22>_<a59>
GitHub | GITHUB_APP_TOKEN | ghs_<a36>
GitLab | GITLAB_TOKEN | glpat-<w20>
GitLab | GITLAB_RUNNER_TOKEN | glrt-<w20>
GitLab | GITLAB_DEPLOY_TOKEN | gldt-<w20>
GitLab | GITLAB_TRIGGER_TOKEN | glptt-<h40>
GoCardless | GOCARDLESS_ACCESS_TOKEN | live_<w40>
Google | GOOGLE_API_KEY | AIza<w35>
Google | GOOGLE_CLIENT_SECRET | GOCSPX-<w28>
Google | GOOGLE_REFRESH_TOKEN | 1//0<w100>
Google | GCS_HMAC_SECRET | <b40>
Grafana | GRAFANA_TOKEN | glsa_<a32>_<h8>
Grafana | GRAFANA_CLOUD_TOKEN | glc_eyJ<b100>
Groq | GROQ_API_KEY | gsk_<a52>
Harness | HARNESS_API_KEY | pat.<w22>.<h24>.<a20>
HashiCorp | VAULT_TOKEN | hvs.<w95>
HashiCorp | TF_API_TOKEN | <a14>.atlasv1.<w67>
HashiCorp | VAULT_UNSEAL_KEY | <b44>
Heroku | HEROKU_API_KEY | HRKU-AA<w58>
Heroku | HEROKU_AUTH_TOKEN | <u>
Highnote | HIGHNOTE_SECRET_KEY | sk_live_<a60>
Honeycomb | HONEYCOMB_API_KEY | hcaik_<l58>
HubSpot | HUBSPOT_ACCESS_TOKEN | pat-na1-<u>
Hugging Face | HF_TOKEN | hf_<A34>
Infracost | INFRACOST_API_KEY | ico-<a32>
Intercom | INTERCOM_ACCESS_TOKEN | dG9rO<b55>
Ionic | IONIC_TOKEN | ion_<a42>
JD Cloud | JDCLOUD_ACCESS_KEY | JDC_<U28>
Klaviyo | KLAVIYO_API_KEY | pk_<h34>
Kraken | KRAKEN_PRIVATE_KEY | <b86>==
Langchain | LANGSMITH_API_KEY | lsv2_pt_<h32>_<h10>
LaunchDarkly | LAUNCHDARKLY_SDK_KEY | sdk-<u>
LaunchDarkly | LAUNCHDARKLY_ACCESS_TOKEN | api-<u>
Lichess | LICHESS_TOKEN | lip_<a20>
Linear | LINEAR_API_KEY | lin_api_<a40>
Lob | LOB_API_KEY | live_<h35>
LogicMonitor | LOGICMONITOR_BEARER | lmb_<b80>
Looker | LOOKER_CLIENT_SECRET | <l24>
Mailchimp | MAILCHIMP_API_KEY | <h32>-us14
Mailchimp | MANDRILL_API_KEY | md-<w22>
Mailgun | MAILGUN_API_KEY | key-<h32>
Mailgun | MAILGUN_SENDING_KEY | <h32>-<h8>-<h8>
Mapbox | MAPBOX_SECRET_TOKEN | sk.eyJ1Ijoi<a60>.<w22>
Mattermost | MATTERMOST_TOKEN | <l26>
MaxMind | MAXMIND_LICENSE_KEY | <a6>_<a29>_mmk
MercadoPago | MERCADOPAGO_ACCESS_TOKEN | APP_USR-<d16>-<d6>-<h32>-<d9>
MessageBird | MESSAGEBIRD_ACCESS_KEY | <a25>
Microsoft | TEAMS_WEBHOOK_URL | https://contoso.webhook.office.com/webhookb2/<u>@<u>/IncomingWebhook/<h32>/<u>
Midtrans | MIDTRANS_SERVER_KEY | Mid-server-<w24>
Mistral | MISTRAL_API_KEY | <a32>
MongoDB | MONGODB_ATLAS_PRIVATE_KEY | <u>
MongoDB | ATLAS_SERVICE_ACCOUNT_SECRET | mdb_sa_sk_<w40>
Netlify | NETLIFY_AUTH_TOKEN | nfp_<a36>
New Relic | NEW_RELIC_API_KEY | NRAK-<U27>
New Relic | NEW_RELIC_LICENSE_KEY | <h36>NRAL
Notion | NOTION_TOKEN | ntn_<d11><a35>
npm | NPM_TOKEN | npm_<a36>
NuGet | NUGET_API_KEY | oy2<l43>
NVIDIA | NVIDIA_API_KEY | nvapi-<w64>
Octopus Deploy | OCTOPUS_API_KEY | API-<U26>
Okta | OKTA_API_TOKEN | 00<w40>
OneSignal | ONESIGNAL_API_KEY | os_v2_app_<l103>
OpenAI | OPENAI_API_KEY | sk-proj-<w74>T3BlbkFJ<w74>
OpenAI | OPENAI_LEGACY_KEY | sk-<a20>T3BlbkFJ<a20>
OpenRouter | OPENROUTER_API_KEY | sk-or-v1-<h64>
OpenShift | OPENSHIFT_TOKEN | sha256~<w43>
OpenWeather | OPENWEATHER_API_KEY | <h32>
Orbit | ORBIT_API_KEY | obu_<a40>
PagerDuty | PAGERDUTY_API_KEY | u+<w18>
PagerDuty | PAGERDUTY_ROUTING_KEY | <l32>
PayPal | PAYPAL_CLIENT_SECRET | E<w79>
Paystack | PAYSTACK_SECRET_KEY | sk_live_<h40>
Paddle | PADDLE_API_KEY | pdl_live_apikey_<l26>_<a22>_<a3>
Perplexity | PERPLEXITY_API_KEY | pplx-<a48>
Persona | PERSONA_API_KEY | persona_production_<u>
Pinecone | PINECONE_API_KEY | pcsk_<a6>_<a63>
Plaid | PLAID_SECRET | <h30>
Plaid | PLAID_ACCESS_TOKEN | access-production-<u>
PlanetScale | PLANETSCALE_TOKEN | pscale_tkn_<w43>
PlanetScale | PLANETSCALE_PASSWORD | pscale_pw_<w43>
Polar | POLAR_ACCESS_TOKEN | polar_oat_<a43>
PostHog | POSTHOG_PERSONAL_API_KEY | phx_<a47>
Postman | POSTMAN_API_KEY | PMAK-<h24>-<h34>
Postmark | POSTMARK_SERVER_TOKEN | <u>
Prefect | PREFECT_API_KEY | pnu_<a36>
Proctorio | PROCTORIO_SECRET_KEY | sk_live_<a32>
Pulumi | PULUMI_ACCESS_TOKEN | pul-<h40>
Pusher | PUSHER_APP_SECRET | <h20>
PyPI | TWINE_PASSWORD | pypi-AgEIcHlwaS5vcmc<w160>
Raycast | RAYCAST_ACCESS_TOKEN | rca_<h64>
Razorpay | RAZORPAY_KEY_SECRET | <a24>
ReadMe | README_API_KEY | rdme_<l70>
Redirect.Pizza | REDIRECT_PIZZA_TOKEN | rpa_<a66>
Render | RENDER_API_KEY | rnd_<a28>
Replicate | REPLICATE_API_TOKEN | r8_<a37>
Resend | RESEND_API_KEY | re_<a8>_<a24>
Rootly | ROOTLY_API_KEY | rootly_<h64>
RubyGems | GEM_HOST_API_KEY | rubygems_<h48>
RunPod | RUNPOD_API_KEY | rpa_<U40><l6>
Samsara | SAMSARA_API_TOKEN | samsara_api_<a30>
Scaleway | SCW_SECRET_KEY | <u>
Scalr | SCALR_TOKEN | <j>
Segment | SEGMENT_WRITE_KEY | <a32>
Segment | SEGMENT_PUBLIC_API_TOKEN | sgp_<a64>
Sendbird | SENDBIRD_API_TOKEN | <h40>
SendGrid | SENDGRID_API_KEY | SG.<w22>.<w43>
Sentry | SENTRY_AUTH_TOKEN | sntrys_eyJpYXQiO<b120>_<b43>
Sentry | SENTRY_USER_TOKEN | sntryu_<h64>
Shippo | SHIPPO_API_TOKEN | shippo_live_<h40>
Shopify | SHOPIFY_ACCESS_TOKEN | shpat_<h32>
Shopify | SHOPIFY_API_SECRET | shpss_<h32>
Slack | SLACK_BOT_TOKEN | xoxb-<d12>-<d12>-<a24>
Slack | SLACK_APP_TOKEN | xapp-1-A<U10>-<d13>-<h64>
Slack | SLACK_WEBHOOK_URL | https://hooks.slack.com/services/T<U8>/B<U10>/<a24>
Slack | SLACK_SIGNING_SECRET | <h32>
Snowflake | SNOWFLAKE_PAT | <j>
Snyk | SNYK_TOKEN | <u>
SonarQube | SONAR_TOKEN | squ_<h40>
Sourcegraph | SRC_ACCESS_TOKEN | sgp_<h16>_<h40>
Spotify | SPOTIFY_CLIENT_SECRET | <h32>
Square | SQUARE_ACCESS_TOKEN | EAAA<w60>
Stability | STABILITY_API_KEY | sk-<a48>
Stripe | STRIPE_SECRET_KEY | sk_live_<a99>
Stripe | STRIPE_RESTRICTED_KEY | rk_live_<a99>
Stripe | STRIPE_WEBHOOK_SECRET | whsec_<a32>
Stytch | STYTCH_SECRET | secret-live-<w36>=
Sumo Logic | SUMOLOGIC_ACCESS_KEY | <a64>
Supabase | SUPABASE_SERVICE_KEY | sb_secret_<w31>
Supabase | SUPABASE_ACCESS_TOKEN | sbp_<h40>
Tailscale | TS_AUTHKEY | tskey-auth-<a16>-<a32>
Tavily | TAVILY_API_KEY | tvly-prod-<a32>
Telegram | TELEGRAM_BOT_TOKEN | <d10>:AA<w33>
Telnyx | TELNYX_API_KEY | KEY0<H30>_<a22>
Tencent | TENCENT_SECRET_KEY | <a32>
Together | TOGETHER_API_KEY | tgp_v1_<w43>
Travis CI | TRAVIS_TOKEN | <w22>
Trello | TRELLO_TOKEN | ATTA<h72>
Twilio | TWILIO_AUTH_TOKEN | <h32>
Twilio | TWILIO_API_KEY | SK<h32>
Twitch | TWITCH_CLIENT_SECRET | <l30>
Twitter | TWITTER_API_SECRET | <a50>
Twitter | TWITTER_BEARER_TOKEN | AAAAAAAAAAAAAAAAAAAAA<a90>
Typeform | TYPEFORM_TOKEN | tfp_<w44>_<w14>
Unkey | UNKEY_ROOT_KEY | unkey_<a24>
Uniwise | WISEFLOW_API_KEY | wiseflow_<a48>
Vercel | VERCEL_TOKEN | vcp_<a56>
Vercel | BLOB_READ_WRITE_TOKEN | vercel_blob_rw_<a16>_<a30>
Volcengine | VOLC_SECRET_KEY | <b58>==
VolcEngine | VOLCENGINE_ACCESS_KEY | AKLT<w44>
WakaTime | WAKATIME_API_KEY | waka_<u>
Weights and Biases | WANDB_API_KEY | <h40>
WorkOS | WORKOS_API_KEY | sk_live_<b60>
xAI | XAI_API_KEY | xai-<a80>
Xendit | XENDIT_SECRET_KEY | xnd_production_<a64>
Yandex | YANDEX_API_KEY | AQVN<w36>
Yandex | YANDEX_IAM_TOKEN | t1.9euelZ<w80>.<w86>
Zendesk | ZENDESK_API_TOKEN | <a40>
Zuplo | ZUPLO_API_KEY | zpka_<h32>_<h8>
`;

export const vendorRows: readonly VendorRow[] = rows
  .trim()
  .split('\n')
  .map((line) => {
    const [vendor = '', variable = '', format = ''] = line.split(' | ');
    return { vendor, variable, format };
  });
