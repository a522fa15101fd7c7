//! AppSync: GraphQL APIs, how their callers prove who they are, and the functions behind them.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    pacer::Quota,
    pages::{Page, whole},
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, DataSource, Fact, GraphqlApi, Learnt, Listing, Source};

static SERVICE: Service = Service::new("AppSync", "appsync", Protocol::RestJson);

/// AppSync publishes quotas for its data plane alone; ten a second is modest.
static QUOTA: Quota = Quota::new("appsync", 10);

/// The largest page there is.
const PAGE: usize = 25;

static LIST_GRAPHQL_APIS: Operation = Operation::new("appsync:ListGraphqlApis", &QUOTA)
    .of(&SERVICE)
    .get("/v1/apis")
    .calls(|at| at.pages(at.region.graphql_apis.items.len(), PAGE));
static LIST_DATA_SOURCES: Operation = Operation::new("appsync:ListDataSources", &QUOTA)
    .of(&SERVICE)
    .get("/v1/apis/{apiId}/datasources")
    .detail(Depth::Full, |at| at.region.graphql_apis.items.len() as u64);

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::AppSync, scope: Scope::Regional, operations: &[&LIST_GRAPHQL_APIS, &LIST_DATA_SOURCES], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Apis {
    graphql_apis: Vec<Api>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Api {
    arn: Arn,
    api_id: String,
    name: String,
    authentication_type: String,
    /// Left out where there are none.
    additional_authentication_providers: Option<Vec<Provider>>,
    lambda_authorizer_config: Option<LambdaAuthorizer>,
    waf_web_acl_arn: Option<Arn>,
    log_config: Option<LogConfig>,
    #[serde(default)]
    xray_enabled: bool,
    visibility: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    authentication_type: String,
    lambda_authorizer_config: Option<LambdaAuthorizer>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LambdaAuthorizer {
    authorizer_uri: Arn,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogConfig {
    field_log_level: String,
    exclude_verbose_content: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sources {
    data_sources: Vec<DataSourceSaid>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataSourceSaid {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    service_role_arn: Option<Arn>,
    lambda_config: Option<LambdaConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LambdaConfig {
    lambda_function_arn: Arn,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let Listing { items, gap } = reader
            .pages(&LIST_GRAPHQL_APIS, |token| async move {
                let answer: Apis = wire.ask(&LIST_GRAPHQL_APIS, json!({ "maxResults": PAGE, "nextToken": token })).await?;
                Ok(Page::new(Some(answer.graphql_apis), answer.next_token))
            })
            .await;
        let items: Vec<GraphqlApi> = items.into_iter().map(api).collect();
        reader.expect(items.len());
        let details = if reader.depth() == Depth::Full { items.clone() } else { Vec::new() };
        reader.post(vec![Learnt::GraphqlApis(Listing { items, gap })]).await;
        reader.hand_over(details.into_iter().map(|api| detail(reader, wire, api))).await;
        Vec::new()
    }
    .boxed()
}

fn api(said: Api) -> GraphqlApi {
    let providers = said.additional_authentication_providers.unwrap_or_else(Vec::new);
    let own = said.lambda_authorizer_config.iter();
    let authorizers = own.chain(providers.iter().filter_map(|provider| provider.lambda_authorizer_config.as_ref()));
    let (log_level, verbose_excluded) =
        said.log_config.map_or((None, None), |config| (Some(config.field_log_level), config.exclude_verbose_content));
    GraphqlApi {
        arn: said.arn,
        id: said.api_id,
        name: said.name,
        authentication: said.authentication_type,
        authorizers: authorizers.map(|config| config.authorizer_uri.clone()).collect(),
        additional_authentication: providers.into_iter().map(|provider| provider.authentication_type).collect(),
        web_acl: said.waf_web_acl_arn,
        log_level,
        verbose_excluded,
        tracing_enabled: said.xray_enabled,
        visibility: said.visibility,
        data_sources: Fact::unread(LIST_DATA_SOURCES.action),
    }
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut api: GraphqlApi) -> Learnt {
    let id = api.id.as_str();
    let page = |token: Option<String>| async move {
        let answer: Sources = wire.ask(&LIST_DATA_SOURCES, json!({ "apiId": id, "maxResults": PAGE, "nextToken": token })).await?;
        Ok(Page::new(Some(answer.data_sources), answer.next_token))
    };
    api.data_sources = whole(reader.pages(&LIST_DATA_SOURCES, page).await).map(|said| said.into_iter().map(data_source).collect());
    Learnt::GraphqlApi(Box::new(api))
}

fn data_source(said: DataSourceSaid) -> DataSource {
    DataSource {
        name: said.name,
        kind: said.kind,
        function: said.lambda_config.map(|config| config.lambda_function_arn),
        role: said.service_role_arn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_in_counts() {
        let said = r#"{"arn":"arn:aws:appsync:eu-west-1:1:apis/a","apiId":"a","name":"shop","authenticationType":"AWS_IAM",
            "additionalAuthenticationProviders":[{"authenticationType":"API_KEY"},{"authenticationType":"AWS_LAMBDA",
            "lambdaAuthorizerConfig":{"authorizerUri":"arn:aws:lambda:eu-west-1:1:function:gate"}}]}"#;
        let found = api(serde_json::from_str(said).unwrap());
        assert_eq!(found.additional_authentication, ["API_KEY", "AWS_LAMBDA"]);
        assert_eq!(found.authorizers.iter().map(|arn| arn.name()).collect::<Vec<_>>(), ["gate"]);
        assert_eq!((found.log_level, found.web_acl, found.tracing_enabled), (None, None, false));
        // Without a way in it is not one that is closed.
        assert!(serde_json::from_str::<Api>(r#"{"arn":"a","apiId":"a","name":"b"}"#).is_err());
    }
}
