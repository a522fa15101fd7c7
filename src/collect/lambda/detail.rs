//! What has to be asked of each function by name.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_lambda::{Client, operation::get_function::GetFunctionOutput, types};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    GET_FUNCTION, GET_POLICY, GET_RECURSION, GET_RUNTIME_MANAGEMENT, GET_SCALING, LIST_ALIASES, LIST_EVENT_INVOKE, LIST_URLS,
    LIST_VERSIONS, VERSIONS_READ, function, plan::Question,
};
use crate::{
    collect::{
        Failure,
        pages::{Page, whole},
        reader::Reader,
    },
    model::{
        Alias, Arn, Cors, EventInvokeConfig, Fact, Function, FunctionAnswer, FunctionDetail, FunctionUrl, Gap, GapKind, PolicyText,
        QualifiedPolicies, RuntimeManagement, ScalingConfig, Timestamp, Version, text,
    },
};

/// The answer to `question`; `None` when the function is gone.
pub(super) async fn ask(reader: &Reader, client: &Client, name: &str, question: Question) -> Option<FunctionDetail> {
    Some(match question {
        Question::Function => match get(reader, client, name).await {
            Err(failure) if failure.is_not_found() => return None,
            answer => configured(reader, answer),
        },
        Question::Policy => FunctionDetail::Policy(policy(reader, client, name, None).await),
        Question::Urls => FunctionDetail::Urls(urls(reader, client, name).await),
        Question::Aliases => {
            let aliases = aliases(reader, client, name).await;
            let names = aliases.known().into_iter().flatten().map(|alias| alias.name.as_str());
            let policies = policies(reader, client, name, names).await;
            FunctionDetail::Aliases(aliases, policies)
        }
        Question::Versions => {
            let versions = versions(reader, client, name).await;
            let numbers: Vec<&str> = versions.known().into_iter().flatten().rev().map(|version| version.number.as_str()).collect();
            let mut policies = policies(reader, client, name, numbers.iter().take(VERSIONS_READ).copied()).await;
            for number in numbers.into_iter().skip(VERSIONS_READ) {
                let said = format!("only the {VERSIONS_READ} newest versions are asked for their policy");
                policies.insert(number.to_owned(), Gap::new(GapKind::Unread, GET_POLICY.action, said).into());
            }
            FunctionDetail::Versions(versions, policies)
        }
        Question::RuntimeManagement => FunctionDetail::RuntimeManagement(management(reader, client, name).await),
        Question::Recursion => FunctionDetail::Recursion(recursion(reader, client, name).await),
        Question::EventInvoke => FunctionDetail::EventInvoke(event_invoke(reader, client, name).await),
        Question::Scaling => FunctionDetail::Scaling(scaling(reader, client, name).await),
    })
}

/// `GetFunction`.
pub(super) async fn get(reader: &Reader, client: &Client, name: &str) -> Result<GetFunctionOutput, Failure> {
    reader.call(&GET_FUNCTION, client.get_function().function_name(name).send()).await
}

/// What only `GetFunction` says.
pub(super) fn configured(reader: &Reader, answer: Result<GetFunctionOutput, Failure>) -> FunctionDetail {
    // Tags, concurrency and code are left out where there are none: an answer without its configuration says nothing of them.
    let answer = answer.and_then(|mut answer| match answer.configuration.take() {
        Some(configuration) => Ok((configuration, answer)),
        None => Err(GET_FUNCTION.broken("the answer has no Configuration")),
    });
    let answer = match answer {
        Ok((configuration, answer)) => {
            let reserved = answer.concurrency.and_then(|concurrency| concurrency.reserved_concurrent_executions);
            FunctionAnswer {
                state: reader.fact(function::state(&configuration)),
                code: function::code(reader, answer.code),
                runtime_version: function::runtime_version(reader, &configuration),
                tags: tags(reader, answer.tags, answer.tags_error),
                reserved_concurrency: Fact::Known(reserved.and_then(|reserved| u32::try_from(reserved).ok())),
            }
        }
        Err(failure) => {
            let gap = reader.gap(failure);
            FunctionAnswer {
                state: gap.clone().into(),
                code: gap.clone().into(),
                runtime_version: gap.clone().into(),
                tags: gap.clone().into(),
                reserved_concurrency: gap.into(),
            }
        }
    };
    FunctionDetail::Function(Box::new(answer))
}

async fn policies(reader: &Reader, client: &Client, name: &str, qualifiers: impl Iterator<Item = &str>) -> QualifiedPolicies {
    let mut policies = QualifiedPolicies::new();
    for qualifier in qualifiers {
        policies.insert(qualifier.to_owned(), policy(reader, client, name, Some(qualifier)).await);
    }
    policies
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

fn tags(reader: &Reader, tags: Option<HashMap<String, String>>, error: Option<types::TagsError>) -> Fact<BTreeMap<String, String>> {
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
    Ok(FunctionUrl {
        qualifier: qualifier(&config.function_arn).to_owned(),
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
            weights: weights.into_iter().flatten().map(|(version, share)| (version, thousandths(share))).collect(),
            revision_id: alias.revision_id,
        })
    }))
}

/// A share between 0 and 1, which compares and prints exactly as thousandths. The least one is one: it is no zero.
fn thousandths(share: f64) -> u32 {
    ((share * 1000.0).round() as u32).max(u32::from(share > 0.0))
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

async fn management(reader: &Reader, client: &Client, name: &str) -> Fact<RuntimeManagement> {
    let answer = reader.call(&GET_RUNTIME_MANAGEMENT, client.get_runtime_management_config().function_name(name).send()).await;
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

async fn event_invoke(reader: &Reader, client: &Client, name: &str) -> Fact<Vec<EventInvokeConfig>> {
    let listing = reader
        .pages(&LIST_EVENT_INVOKE, |token| async move {
            let request = client.list_function_event_invoke_configs().function_name(name).set_marker(token);
            let answer = reader.call(&LIST_EVENT_INVOKE, request.send()).await?;
            Ok(Page::new(answer.function_event_invoke_configs, answer.next_marker))
        })
        .await;
    let listing = reader.converted(&LIST_EVENT_INVOKE, listing, |config| {
        let (on_success, on_failure) = config.destination_config.map_or((None, None), |config| (config.on_success, config.on_failure));
        let arn = |destination: Option<String>| destination.filter(|arn| !arn.is_empty()).map(Arn::from);
        Some(EventInvokeConfig {
            qualifier: qualifier(&config.function_arn?).to_owned(),
            on_success: arn(on_success.and_then(|on| on.destination)),
            on_failure: arn(on_failure.and_then(|on| on.destination)),
            retry_attempts: config.maximum_retry_attempts.and_then(|attempts| u32::try_from(attempts).ok()),
            event_age_seconds: config.maximum_event_age_in_seconds.and_then(|age| u32::try_from(age).ok()),
        })
    });
    whole(listing).map(|mut configs| {
        configs.sort_by(|a, b| a.qualifier.cmp(&b.qualifier));
        configs
    })
}

async fn scaling(reader: &Reader, client: &Client, name: &str) -> Fact<Option<ScalingConfig>> {
    let request = client.get_function_scaling_config().function_name(name).qualifier(Function::UNQUALIFIED);
    match reader.call(&GET_SCALING, request.send()).await {
        Ok(answer) => Fact::Known(answer.applied_function_scaling_config.map(|config| ScalingConfig {
            min_environments: config.min_execution_environments.and_then(|count| u32::try_from(count).ok()),
            max_environments: config.max_execution_environments.and_then(|count| u32::try_from(count).ok()),
        })),
        Err(failure) if failure.is_not_found() => Fact::Known(None),
        Err(failure) => reader.gap(failure).into(),
    }
}

/// The qualifier of `…:function:NAME:QUALIFIER`; the function itself without one.
fn qualifier(arn: &str) -> &str {
    arn.splitn(8, ':').nth(7).unwrap_or(Function::UNQUALIFIED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_share_of_traffic_is_no_zero() {
        assert_eq!([0.0, 0.0001, 0.01, 0.25, 1.0].map(thousandths), [0, 1, 10, 250, 1000]);
    }

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
