//! What has to be asked of each function by name.

use std::collections::BTreeMap;

use aws_sdk_lambda::{Client, types};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    GET_FUNCTION, GET_POLICY, GET_RECURSION, GET_RUNTIME_MANAGEMENT, LIST_ALIASES, LIST_URLS, LIST_VERSIONS, VERSIONS_READ, function,
};
use crate::{
    collect::{
        Failure,
        reader::{Page, Reader, whole},
    },
    model::{Alias, Cors, Fact, Function, FunctionUrl, Gap, GapKind, PackageType, PolicyText, RuntimeManagement, Timestamp, Version, text},
};

/// Round one: state, tags, concurrency, the policy on the function and the URLs; `None` when the function is gone.
pub(super) async fn exposure(reader: &Reader, client: &Client, mut function: Function) -> Option<Function> {
    let name = &function.name;
    let (got, policy, urls) = tokio::join!(
        reader.call(&GET_FUNCTION, client.get_function().function_name(name).send()),
        policy(reader, client, name, None),
        urls(reader, client, name),
    );
    match got {
        Ok(answer) => {
            let configuration = answer.configuration.ok_or_else(|| GET_FUNCTION.broken("the answer has no Configuration"));
            function.state = reader.fact(configuration.and_then(|configuration| function::state(&configuration)));
            function.tags = tags(reader, answer.tags, answer.tags_error);
            let reserved = answer.concurrency.and_then(|concurrency| concurrency.reserved_concurrent_executions);
            function.reserved_concurrency = Fact::Known(reserved.and_then(|reserved| u32::try_from(reserved).ok()));
        }
        Err(failure) if failure.is_not_found() => return None,
        Err(failure) => {
            let gap = reader.gap(failure);
            function.state = gap.clone().into();
            function.tags = gap.clone().into();
            function.reserved_concurrency = gap.into();
        }
    }
    function.policies.insert(Function::UNQUALIFIED.to_owned(), policy);
    function.urls = urls;
    Some(function)
}

/// Round two: aliases and versions with their policies, runtime management and recursion.
pub(super) async fn rest(reader: &Reader, client: &Client, mut function: Function) -> Option<Function> {
    let name = &function.name;
    let (aliases, versions, management, recursion) = tokio::join!(
        aliases(reader, client, name),
        versions(reader, client, name),
        management(reader, client, &function),
        recursion(reader, client, name),
    );
    let mut qualifiers: Vec<String> = aliases.known().into_iter().flatten().map(|alias| alias.name.clone()).collect();
    let numbers: Vec<&String> = versions.known().into_iter().flatten().rev().map(|version| &version.number).collect();
    qualifiers.extend(numbers.iter().take(VERSIONS_READ).copied().cloned());
    for qualifier in qualifiers {
        let policy = policy(reader, client, name, Some(&qualifier)).await;
        function.policies.insert(qualifier, policy);
    }
    for number in numbers.into_iter().skip(VERSIONS_READ) {
        let gap =
            Gap::new(GapKind::Unread, GET_POLICY.action, format!("only the {VERSIONS_READ} newest versions are asked for their policy"));
        function.policies.insert(number.clone(), gap.into());
    }
    function.aliases = aliases;
    function.versions = versions;
    function.runtime_management = management;
    function.recursive_loop_terminated = recursion;
    Some(function)
}

async fn policy(reader: &Reader, client: &Client, name: &str, qualifier: Option<&str>) -> Fact<Option<PolicyText>> {
    let request = client.get_policy().function_name(name).set_qualifier(qualifier.map(str::to_owned));
    match reader.call(&GET_POLICY, request.send()).await {
        Ok(answer) => match answer.policy {
            Some(policy) => Fact::Known(text_of(policy)),
            None => reader.gap(GET_POLICY.broken("the answer has no Policy")).into(),
        },
        Err(failure) if failure.is_not_found() => Fact::Known(None),
        Err(failure) => reader.gap(failure).into(),
    }
}

/// The policy, unless it says nothing: an emulator writes one without statements where AWS says that there is none.
pub(super) fn text_of(policy: String) -> Option<PolicyText> {
    #[derive(Deserialize)]
    struct Empty {
        #[serde(rename = "Statement")]
        statement: Vec<IgnoredAny>,
    }
    let empty = serde_json::from_str::<Empty>(&policy).is_ok_and(|policy| policy.statement.is_empty());
    (!empty).then(|| PolicyText::new(policy))
}

fn tags(
    reader: &Reader,
    tags: Option<std::collections::HashMap<String, String>>,
    error: Option<types::TagsError>,
) -> Fact<BTreeMap<String, String>> {
    match (tags, error) {
        (None, Some(error)) => {
            let said = format!("{}: {}", error.error_code, error.message);
            reader.gap(Gap::denied("lambda:ListTags", text::clean(&said))).into()
        }
        (tags, _) => Fact::Known(tags.into_iter().flatten().collect()),
    }
}

async fn urls(reader: &Reader, client: &Client, name: &str) -> Fact<Vec<FunctionUrl>> {
    let listing = reader
        .pages(&LIST_URLS, |token| async move {
            let answer = reader.call(&LIST_URLS, client.list_function_url_configs().function_name(name).set_marker(token).send()).await?;
            let urls = answer.function_url_configs.into_iter().map(url).collect::<Result<Vec<_>, _>>()?;
            Ok(Page::new(Some(urls), answer.next_marker))
        })
        .await;
    whole(listing)
}

fn url(config: types::FunctionUrlConfig) -> Result<FunctionUrl, Failure> {
    let auth_none = match config.auth_type {
        types::FunctionUrlAuthType::None => true,
        types::FunctionUrlAuthType::AwsIam => false,
        other => return Err(LIST_URLS.broken(&format!("the AuthType {} is not known", text::clean(other.as_str())))),
    };
    // `…:function:NAME` or `…:function:NAME:ALIAS`
    let qualifier = config.function_arn.splitn(8, ':').nth(7).unwrap_or(Function::UNQUALIFIED);
    Ok(FunctionUrl {
        qualifier: qualifier.to_owned(),
        url: config.function_url,
        auth_none,
        cors: config.cors.map(|cors| Cors {
            allow_origins: cors.allow_origins.into_iter().flatten().collect(),
            allow_methods: cors.allow_methods.into_iter().flatten().collect(),
            allow_credentials: cors.allow_credentials == Some(true),
        }),
    })
}

async fn aliases(reader: &Reader, client: &Client, name: &str) -> Fact<Vec<Alias>> {
    let listing = reader
        .pages(&LIST_ALIASES, |token| async move {
            let answer = reader.call(&LIST_ALIASES, client.list_aliases().function_name(name).set_marker(token).send()).await?;
            Ok(Page::new(answer.aliases, answer.next_marker))
        })
        .await;
    whole(reader.converted(&LIST_ALIASES, listing, |alias| {
        let weights = alias.routing_config.and_then(|routing| routing.additional_version_weights);
        Some(Alias {
            name: alias.name?,
            version: alias.function_version?,
            // A share between 0 and 1: as thousandths it compares and prints exactly.
            weights: weights.into_iter().flatten().map(|(version, share)| (version, (share * 1000.0).round() as u32)).collect(),
            revision_id: alias.revision_id,
        })
    }))
}

async fn versions(reader: &Reader, client: &Client, name: &str) -> Fact<Vec<Version>> {
    let listing = reader
        .pages(&LIST_VERSIONS, |token| async move {
            let answer =
                reader.call(&LIST_VERSIONS, client.list_versions_by_function().function_name(name).set_marker(token).send()).await?;
            Ok(Page::new(answer.versions, answer.next_marker))
        })
        .await;
    let listing = reader.converted(&LIST_VERSIONS, listing, |version| {
        Some(Version {
            number: version.version?,
            code_sha256: version.code_sha256,
            last_modified: version.last_modified.and_then(|at| at.parse::<Timestamp>().ok()),
        })
    });
    whole(listing).map(|mut versions| {
        versions.retain(|version| version.number != Function::UNQUALIFIED);
        versions.sort_by_key(|version| version.number.parse::<u64>().unwrap_or(u64::MAX));
        versions
    })
}

async fn management(reader: &Reader, client: &Client, function: &Function) -> Fact<RuntimeManagement> {
    if function.package_type == PackageType::Image {
        return Gap::unsupported("container images bring their own runtime").into();
    }
    let answer = reader.call(&GET_RUNTIME_MANAGEMENT, client.get_runtime_management_config().function_name(&function.name).send()).await;
    reader.fact(answer.and_then(|answer| match answer.update_runtime_on {
        Some(update_on) => Ok(RuntimeManagement { update_on: update_on.as_str().to_owned(), version_arn: answer.runtime_version_arn }),
        None => Err(GET_RUNTIME_MANAGEMENT.broken("the answer has no UpdateRuntimeOn")),
    }))
}

async fn recursion(reader: &Reader, client: &Client, name: &str) -> Fact<bool> {
    let answer = reader.call(&GET_RECURSION, client.get_function_recursion_config().function_name(name).send()).await;
    reader.fact(answer.and_then(|answer| match answer.recursive_loop {
        Some(types::RecursiveLoop::Terminate) => Ok(true),
        Some(types::RecursiveLoop::Allow) => Ok(false),
        _ => Err(GET_RECURSION.broken("the answer has no RecursiveLoop that is known")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_without_statements_is_none() {
        assert_eq!(text_of(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned()), None);
        for policy in [r#"{"Statement":{"Effect":"Allow"}}"#, r#"{"Statement":[{"Effect":"Allow"}]}"#, "{}", "not JSON", ""] {
            assert_eq!(text_of(policy.to_owned()), Some(PolicyText::from(policy)), "{policy}");
        }
    }

    #[test]
    fn the_alias_of_a_url_stands_in_its_arn() {
        let config = |arn: &str, auth: &str| {
            types::FunctionUrlConfig::builder()
                .function_url("https://x.lambda-url.eu-west-1.on.aws/")
                .function_arn(arn)
                .creation_time("")
                .last_modified_time("")
                .auth_type(auth.into())
                .cors(types::Cors::builder().allow_credentials(true).build())
                .build()
                .unwrap()
        };
        let of_function = url(config("arn:aws:lambda:eu-west-1:1:function:orders", "NONE")).unwrap();
        assert_eq!((of_function.qualifier.as_str(), of_function.auth_none), ("$LATEST", true));
        // A Cors block without AllowOrigins is one without origins.
        assert_eq!(of_function.cors.unwrap(), Cors { allow_credentials: true, ..Cors::default() });
        let of_alias = url(config("arn:aws:lambda:eu-west-1:1:function:orders:live", "AWS_IAM")).unwrap();
        assert_eq!((of_alias.qualifier.as_str(), of_alias.auth_none), ("live", false));
        assert!(url(config("arn:aws:lambda:eu-west-1:1:function:orders", "QUANTUM")).is_err());
    }
}
