//! Asking a service without a crate of its own, over the SDK's runtime: its credentials, signatures, retries, timeouts
//! and interceptors, with the answer read into the collector's own types.
//!
//! Why not a crate each: what is not needed of two dozen services costs a build some five hundred CPU-seconds, and a
//! generated type fills in a required list that an answer lacks, where here its absence is an error. What is asked is
//! compared with AWS's own service models by a test.

mod answer;
mod epoch;
mod request;

use std::{fmt, net::Ipv4Addr, pin::Pin};

use aws_runtime::{
    auth::{SigV4OperationSigningConfig, SigningOptions, sigv4},
    invocation_id::InvocationIdInterceptor,
    request_info::RequestInfoInterceptor,
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::ServiceClockSkewInterceptor,
    user_agent::{ApiMetadata, UserAgentInterceptor},
};
use aws_smithy_runtime::client::{
    defaults::{DefaultPluginParams, default_plugins},
    http::connection_poisoning::ConnectionPoisoningInterceptor,
    orchestrator::{endpoints::StaticUriEndpointResolver, invoke},
    retries::{
        classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
        strategy::StandardRetryStrategy,
    },
};
use aws_smithy_runtime_api::client::{
    auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
    behavior_version::BehaviorVersion,
    endpoint::EndpointResolverParams,
    interceptors::context::{Input, Output},
    orchestrator::{HttpResponse, Metadata},
    result::SdkError,
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::{RuntimePlugins, StaticRuntimePlugin},
    ser_de::{SharedRequestSerializer, SharedResponseDeserializer},
};
use aws_smithy_types::config_bag::Layer;
use aws_types::{SigningName, region::SigningRegion, service_config::ServiceConfigKey};
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::{
    answer::{Decode, Refusal},
    request::{Encode, Sent},
};
pub(super) use epoch::Epoch;

use super::{gap::Failure, operation::Operation, reader::Reader};

/// How a service wants to be asked, and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `awsJson1_0` and `awsJson1_1`: a POST with the operation in `X-Amz-Target`.
    Json {
        /// `1.0` or `1.1`.
        version: &'static str,
        /// What stands before the operation's name.
        target: &'static str,
    },
    /// `restJson1`: a method and path for each operation.
    RestJson,
    /// `awsQuery`: a form, answered in XML.
    Query {
        /// `Version` of the form.
        version: &'static str,
    },
    /// `restXml`.
    RestXml,
}

/// Where a service is, and how it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// AWS's id of it, such as `API Gateway`: `AWS_ENDPOINT_URL_API_GATEWAY` gives its endpoint.
    pub id: &'static str,
    /// The first label of its endpoints.
    pub endpoint: &'static str,
    /// The name it is signed for.
    pub signing: &'static str,
    /// How it is asked.
    pub protocol: Protocol,
    /// Whether a partition has one endpoint for all of its Regions.
    pub global: bool,
    /// The first label of its endpoints for both IPv4 and IPv6, where that is another one.
    dual_stack: Option<&'static str>,
    /// Whether it is signed for, and its endpoints are built, as only S3 and S3 Control are.
    storage: bool,
    /// Whether the account is part of the host, and in a header.
    of_account: bool,
}

impl Service {
    /// A service that is signed for by the first label of its endpoints.
    pub(super) const fn new(id: &'static str, endpoint: &'static str, protocol: Protocol) -> Self {
        Self { id, endpoint, signing: endpoint, protocol, global: false, dual_stack: None, storage: false, of_account: false }
    }

    /// Signed for by another name.
    pub(super) const fn signing(self, signing: &'static str) -> Self {
        Self { signing, ..self }
    }

    /// With one endpoint for all Regions of a partition.
    pub(super) const fn global(self) -> Self {
        Self { global: true, ..self }
    }

    /// With another first label of the endpoints for both IPv4 and IPv6.
    pub(super) const fn dual_stack(self, label: &'static str) -> Self {
        Self { dual_stack: Some(label), ..self }
    }

    /// S3 and S3 Control: the hash of the body goes into a header, the path is signed as it is sent, and endpoints for both
    /// IPv4 and IPv6 are names under AWS's older suffix.
    pub(super) const fn storage(self) -> Self {
        Self { storage: true, ..self }
    }

    /// Asked at `ACCOUNT.host`, with the account in a header.
    pub(super) const fn of_account(self) -> Self {
        Self { of_account: true, ..self }
    }

    /// What signing does for it beside the usual.
    fn signing_options(&self) -> SigningOptions {
        let mut options = SigningOptions::default();
        if self.storage {
            options.content_sha256_header = true;
            options.double_uri_encode = false;
            options.normalize_uri_path = false;
        }
        options
    }

    /// The Region that its endpoint is in, for what is collected in `region`.
    fn home<'a>(&self, partition: &str, region: &'a str) -> &'a str {
        match (self.global, partition) {
            (false, _) => region,
            (true, "aws-cn") => "cn-northwest-1",
            (true, "aws-us-gov") => "us-gov-west-1",
            (true, _) => "us-east-1",
        }
    }

    /// AWS's endpoint in `region`, as the endpoint rules of the SDK's crates build it.
    fn url(&self, partition: &str, region: &str, fips: bool, dual_stack: bool) -> String {
        let fips = if fips { "-fips" } else { "" };
        let suffix = match (partition, dual_stack && !self.storage) {
            ("aws-cn", false) => "amazonaws.com.cn",
            ("aws-cn", true) => "api.amazonwebservices.com.cn",
            (_, false) => "amazonaws.com",
            (_, true) => "api.aws",
        };
        let label = self.dual_stack.filter(|_| dual_stack).unwrap_or(self.endpoint);
        let both = if dual_stack && self.storage { ".dualstack" } else { "" };
        format!("https://{label}{fips}{both}.{region}.{suffix}")
    }

    /// `endpoint` with the account before its host, where the service wants it there. An address has no names below it, and
    /// neither has this machine.
    fn with_account(&self, endpoint: String, account: &str) -> String {
        let Some((scheme, rest)) = endpoint.split_once("://").filter(|_| self.of_account) else { return endpoint };
        let authority = rest.split('/').next().unwrap_or(rest);
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        if authority.starts_with('[') || host.parse::<Ipv4Addr>().is_ok() || host == "localhost" {
            return endpoint;
        }
        format!("{scheme}://{account}.{rest}")
    }
}

/// A client of one service in one Region, for one run of a collector.
pub(super) struct Wire<'a> {
    reader: &'a Reader,
    service: &'static Service,
    plugins: RuntimePlugins,
}

impl<'a> Wire<'a> {
    /// Asks `service` where `reader` reads.
    pub(super) fn new(reader: &'a Reader, service: &'static Service) -> Self {
        let sdk = reader.sdk();
        let here = sdk.region().map_or(reader.region(), |region| region.as_ref());
        let region = service.home(reader.partition(), here).to_owned();
        // As in the SDK's crates: what was given in code goes before the service's own setting, and that before the general one.
        let own = || {
            let key = ServiceConfigKey::builder().service_id(service.id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
            sdk.service_config().and_then(|settings| settings.load_config(key.build().ok()?))
        };
        let given = sdk.endpoint_url().map(str::to_owned);
        let endpoint = if sdk.get_origin("endpoint_url").is_client_config() { given } else { own().or(given) };
        let endpoint = endpoint
            .unwrap_or_else(|| service.url(reader.partition(), &region, sdk.use_fips() == Some(true), sdk.use_dual_stack() == Some(true)));
        let endpoint = service.with_account(endpoint, reader.account());

        let mut config = Layer::new("Palisade");
        let signing_options = service.signing_options();
        let region = SigningRegion::from(aws_config::Region::new(region));
        let name = SigningName::from(service.signing);
        config.store_put(SigV4OperationSigningConfig { region: Some(region), name: Some(name), signing_options, ..Default::default() });
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        config.store_put(EndpointResolverParams::new(()));
        config.store_put(ApiMetadata::new(service.endpoint, env!("CARGO_PKG_VERSION")));
        config.store_put(reader.retries());
        sdk.app_name().cloned().map(|name| config.store_put(name));
        sdk.retry_config().cloned().map(|retries| config.store_put(retries));
        sdk.timeout_config().cloned().map(|timeouts| config.store_put(timeouts));

        let mut components = RuntimeComponentsBuilder::new("Palisade")
            .with_endpoint_resolver(Some(StaticUriEndpointResolver::uri(endpoint)))
            .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![sigv4::SCHEME_ID])))
            .with_auth_scheme(sigv4::SigV4AuthScheme::new())
            .with_retry_strategy(Some(StandardRetryStrategy::new()))
            .with_retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .with_retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
            .with_retry_classifier(HttpStatusCodeClassifier::default())
            .with_interceptor(ConnectionPoisoningInterceptor::new())
            .with_interceptor(ServiceClockSkewInterceptor::new())
            .with_interceptor(RequestInfoInterceptor::new())
            .with_interceptor(InvocationIdInterceptor::new())
            .with_interceptor(UserAgentInterceptor::new())
            .with_interceptor(reader.meter());
        components.set_identity_cache(sdk.identity_cache());
        if let Some(credentials) = sdk.credentials_provider() {
            components.set_identity_resolver(sigv4::SCHEME_ID, credentials);
        }
        let defaults = DefaultPluginParams::new()
            .with_retry_partition_name(service.id)
            .with_behavior_version(BehaviorVersion::v2026_01_12())
            .with_is_aws_sdk(true);
        let own = StaticRuntimePlugin::new().with_config(config.freeze()).with_runtime_components(components);
        let plugins = RuntimePlugins::new().with_client_plugins(default_plugins(defaults)).with_client_plugin(own);
        Self { reader, service, plugins }
    }

    /// Asks `operation` with `params`, a JSON object in AWS's own names; parameters that are null are left out.
    ///
    /// # Errors
    /// What stopped it, an answer that does not fit `T` among it; the ledger does not know of it yet.
    pub(super) async fn ask<T>(&self, operation: &'static Operation, params: Value) -> Result<T, Failure>
    where
        T: DeserializeOwned + fmt::Debug + Send + Sync + 'static,
    {
        self.exchange(operation, params, Decode::new(self.service.protocol)).await
    }

    /// Asks `operation` with `params` for a JSON document that is the answer itself, whatever the service's protocol.
    ///
    /// # Errors
    /// What stopped it, an answer that is no JSON among it; the ledger does not know of it yet.
    pub(super) async fn document(&self, operation: &'static Operation, params: Value) -> Result<String, Failure> {
        self.exchange(operation, params, Decode::document(self.service.protocol)).await
    }

    async fn exchange<T>(&self, operation: &'static Operation, params: Value, decode: Decode<T>) -> Result<T, Failure>
    where
        T: fmt::Debug + Send + Sync + 'static,
    {
        debug_assert!(operation.service.is_some_and(|service| service.id == self.service.id), "{operation:?} is of another service");
        let mut sent = Sent::new(self.service.protocol, operation, params).map_err(|detail| operation.broken(&detail))?;
        if self.service.of_account {
            sent = sent.with("x-amz-account-id", self.reader.account());
        }
        let decode = SharedResponseDeserializer::new(decode);
        let output = self.reader.call(operation, self.send(operation, sent, decode)).await?;
        output.downcast::<T>().map_err(|_| operation.broken("the answer has another type"))
    }

    /// Boxed, and with a type of its own for no answer: what stands behind it is large, and is built once.
    fn send<'b>(&'b self, operation: &'static Operation, sent: Sent, decode: SharedResponseDeserializer) -> Sending<'b> {
        Box::pin(async move {
            let mut config = Layer::new(operation.name);
            config.store_put(Metadata::new(operation.name, self.service.id));
            config.store_put(SharedRequestSerializer::new(Encode));
            config.store_put(decode);
            let plugins = self.plugins.clone().with_operation_plugin(StaticRuntimePlugin::new().with_config(config.freeze()));
            invoke(self.service.id, operation.name, Input::erase(sent), &plugins)
                .await
                .map_err(|error| error.map_service_error(|error| error.downcast::<Refusal>().unwrap_or_else(|_| Refusal::default())))
        })
    }
}

/// A request on its way, and what comes back.
type Sending<'a> = Pin<Box<dyn Future<Output = Result<Output, SdkError<Refusal, HttpResponse>>> + Send + 'a>>;

#[cfg(test)]
mod tests {
    use super::*;

    static QUEUES: Service = Service::new("SQS", "sqs", Protocol::RestJson);

    #[test]
    fn endpoints_of_every_partition() {
        let url = |partition, region| QUEUES.url(partition, QUEUES.home(partition, region), false, false);
        assert_eq!(url("aws", "eu-west-1"), "https://sqs.eu-west-1.amazonaws.com");
        assert_eq!(url("aws-cn", "cn-north-1"), "https://sqs.cn-north-1.amazonaws.com.cn");
        assert_eq!(url("aws-us-gov", "us-gov-east-1"), "https://sqs.us-gov-east-1.amazonaws.com");
        assert_eq!(QUEUES.url("aws", "us-east-1", true, true), "https://sqs-fips.us-east-1.api.aws");
    }

    #[test]
    fn endpoints_of_services_with_names_of_their_own() {
        let both = |service: Service, fips| service.url("aws", "eu-west-1", fips, true);
        let s3 = Service::new("S3", "s3", Protocol::RestXml).storage();
        assert_eq!(s3.url("aws-cn", "cn-north-1", false, false), "https://s3.cn-north-1.amazonaws.com.cn");
        assert_eq!(both(s3, false), "https://s3.dualstack.eu-west-1.amazonaws.com");
        assert_eq!(both(s3, true), "https://s3-fips.dualstack.eu-west-1.amazonaws.com");
        let efs = Service::new("EFS", "elasticfilesystem", Protocol::RestJson).dual_stack("efs");
        assert_eq!(both(efs, true), "https://efs-fips.eu-west-1.api.aws");
        assert_eq!(efs.url("aws", "eu-west-1", false, false), "https://elasticfilesystem.eu-west-1.amazonaws.com");
    }

    #[test]
    fn an_account_is_a_name_below_a_name() {
        let control = Service::new("S3 Control", "s3-control", Protocol::RestXml).storage().of_account();
        let with = |endpoint: &str| control.with_account(endpoint.to_owned(), "111122223333");
        assert_eq!(with("https://s3-control.eu-west-1.amazonaws.com"), "https://111122223333.s3-control.eu-west-1.amazonaws.com");
        assert_eq!(with("http://aws.test:4566/x"), "http://111122223333.aws.test:4566/x");
        for bare in ["http://127.0.0.1:5000", "http://[::1]:5000", "http://localhost:5000"] {
            assert_eq!(with(bare), bare);
        }
        assert_eq!(QUEUES.with_account("https://sqs.x".to_owned(), "1"), "https://sqs.x");
    }

    #[test]
    fn a_global_service_has_one_endpoint_a_partition() {
        let organizations = QUEUES.global();
        for (partition, region, home) in [
            ("aws", "eu-west-1", "us-east-1"),
            ("aws-cn", "cn-north-1", "cn-northwest-1"),
            ("aws-us-gov", "us-gov-east-1", "us-gov-west-1"),
        ] {
            assert_eq!(organizations.home(partition, region), home);
        }
    }
}
