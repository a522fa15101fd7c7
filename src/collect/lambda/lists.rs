//! The lists beside the functions: event source mappings, layers, code signing, limits.

use aws_sdk_lambda::{Client, types};
use futures::{StreamExt, stream};

use super::{
    AT_ONCE, GET_ACCOUNT_SETTINGS, GET_LAYER_POLICY, LIST_CODE_SIGNED, LIST_CODE_SIGNING, LIST_LAYERS, LIST_MAPPINGS,
    detail::text_of,
    function::{arn_of, unqualified},
};
use crate::{
    collect::{
        pages::{Page, whole},
        reader::Reader,
    },
    model::{Arn, CodeSigningConfig, EventSourceMapping, Fact, LambdaSettings, LayerVersion, Learnt, Listing},
};

/// All of them.
pub(super) async fn read(reader: &Reader, client: &Client) -> Vec<Learnt> {
    let (mappings, layers, configs, settings) =
        tokio::join!(mappings(reader, client), layers(reader, client), code_signing(reader, client), settings(reader, client));
    vec![
        Learnt::EventSourceMappings(mappings),
        Learnt::Layers(layers),
        Learnt::CodeSigningConfigs(configs),
        Learnt::LambdaSettings(settings),
    ]
}

async fn mappings(reader: &Reader, client: &Client) -> Listing<EventSourceMapping> {
    let listing = reader
        .pages(&LIST_MAPPINGS, |token| async move {
            let answer = reader.call(&LIST_MAPPINGS, client.list_event_source_mappings().max_items(100).set_marker(token).send()).await?;
            Ok(Page::new(answer.event_source_mappings, answer.next_marker))
        })
        .await;
    reader.converted(&LIST_MAPPINGS, listing, |mapping| {
        let uuid = mapping.uuid?;
        let arn = match mapping.event_source_mapping_arn {
            Some(arn) => Arn::new(arn),
            None => Arn::build(reader.partition(), "lambda", reader.region(), reader.account(), &format!("event-source-mapping:{uuid}")),
        };
        let on_failure = mapping.destination_config.and_then(|config| config.on_failure).and_then(|on| on.destination);
        Some(EventSourceMapping {
            arn,
            uuid,
            function: Arn::new(mapping.function_arn?),
            source: mapping.event_source_arn.map(Arn::from),
            state: mapping.state.unwrap_or_else(String::new),
            on_failure: arn_of(on_failure),
            bisects_batches: mapping.bisect_batch_on_function_error,
            retry_attempts: mapping.maximum_retry_attempts,
            record_age_seconds: mapping.maximum_record_age_in_seconds,
            filters: mapping.filter_criteria.and_then(|criteria| criteria.filters).map_or(0, |filters| filters.len()),
            kms_key: arn_of(mapping.kms_key_arn),
        })
    })
}

async fn layers(reader: &Reader, client: &Client) -> Listing<LayerVersion> {
    let listing = reader
        .pages(&LIST_LAYERS, |token| async move {
            let answer = reader.call(&LIST_LAYERS, client.list_layers().max_items(50).set_marker(token).send()).await?;
            Ok(Page::new(answer.layers, answer.next_marker))
        })
        .await;
    let Listing { items, gap } = reader.converted(&LIST_LAYERS, listing, |layer| {
        let newest = layer.latest_matching_version?;
        Some((layer.layer_name.or(layer.layer_arn)?, newest.version, Arn::new(newest.layer_version_arn?)))
    });
    let items = stream::iter(items)
        .map(|(name, version, arn)| async move {
            let request = client.get_layer_version_policy().layer_name(name).version_number(version);
            let policy = match reader.call(&GET_LAYER_POLICY, request.send()).await {
                Ok(answer) => match answer.policy {
                    Some(policy) => Fact::Known(text_of(policy)),
                    None => reader.gap(GET_LAYER_POLICY.broken("the answer has no Policy")).into(),
                },
                Err(failure) if failure.is_not_found() => Fact::Known(None),
                Err(failure) => reader.gap(failure).into(),
            };
            LayerVersion { arn, version, policy }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    Listing { items, gap }
}

async fn code_signing(reader: &Reader, client: &Client) -> Listing<CodeSigningConfig> {
    let listing = reader
        .pages(&LIST_CODE_SIGNING, |token| async move {
            let answer = reader.call(&LIST_CODE_SIGNING, client.list_code_signing_configs().set_marker(token).send()).await?;
            Ok(Page::new(answer.code_signing_configs, answer.next_marker))
        })
        .await;
    let Listing { items, gap } = reader.converted(&LIST_CODE_SIGNING, listing, |config| {
        let enforced = config.code_signing_policies.and_then(|policies| policies.untrusted_artifact_on_deployment)
            == Some(types::CodeSigningPolicy::Enforce);
        let profiles = config.allowed_publishers.map_or_else(Vec::new, |publishers| publishers.signing_profile_version_arns);
        // The SDK writes an empty text where the ARN is missing.
        (!config.code_signing_config_arn.is_empty()).then(|| CodeSigningConfig {
            arn: Arn::new(config.code_signing_config_arn),
            enforced,
            profiles: profiles.into_iter().map(Arn::from).collect(),
            functions: Fact::unread(LIST_CODE_SIGNED.action),
        })
    });
    let items = stream::iter(items)
        .map(|mut config| async move {
            config.functions = code_signed(reader, client, &config.arn).await;
            config
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    Listing { items, gap }
}

async fn code_signed(reader: &Reader, client: &Client, config: &Arn) -> Fact<Vec<Arn>> {
    let listing = reader
        .pages(&LIST_CODE_SIGNED, |token| async move {
            let request = client.list_functions_by_code_signing_config().code_signing_config_arn(config.as_str());
            let answer = reader.call(&LIST_CODE_SIGNED, request.set_marker(token).send()).await?;
            let arns = answer.function_arns.map(|arns| arns.iter().map(|arn| unqualified(arn)).collect());
            Ok(Page::new(arns, answer.next_marker))
        })
        .await;
    whole(listing)
}

async fn settings(reader: &Reader, client: &Client) -> Fact<LambdaSettings> {
    let answer = reader.call(&GET_ACCOUNT_SETTINGS, client.get_account_settings().send()).await;
    let limit = answer.and_then(|answer| answer.account_limit.ok_or_else(|| GET_ACCOUNT_SETTINGS.broken("the answer has no AccountLimit")));
    reader.fact(limit.and_then(|limit| {
        let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
        match (number(Some(limit.concurrent_executions)), number(limit.unreserved_concurrent_executions)) {
            (Some(concurrent_executions), Some(unreserved_concurrent_executions)) => {
                Ok(LambdaSettings { concurrent_executions, unreserved_concurrent_executions })
            }
            _ => Err(GET_ACCOUNT_SETTINGS.broken("the answer has no concurrency limits")),
        }
    }))
}
