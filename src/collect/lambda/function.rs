//! A function's configuration, as `ListFunctions` and `GetFunction` give it.

use std::collections::BTreeMap;

use aws_sdk_lambda::types;

use super::{GET_FUNCTION, LIST_FUNCTIONS};
use crate::{
    collect::{Failure, reader::Reader},
    model::{
        Arn, CodeLocation, DurableConfig, EnvironmentValue, Fact, FileSystemConfig, Function, FunctionState, Gap, GapKind, LoggingConfig,
        PackageType, Timestamp, VpcConfig, text,
    },
};

/// The function, all details unread; none without an ARN.
pub(super) fn function(reader: &Reader, configuration: types::FunctionConfiguration) -> Option<Function> {
    let arn = unqualified(&configuration.function_arn?);
    let mut function = Function::new(arn, Arn::new(configuration.role?));
    if let Some(name) = configuration.function_name {
        function.name = name;
    }
    function.description = configuration.description.into_iter().collect();
    function.package_type = match configuration.package_type {
        Some(types::PackageType::Image) => PackageType::Image,
        // Older than container images.
        _ => PackageType::Zip,
    };
    function.runtime = configuration.runtime.map(|runtime| runtime.as_str().to_owned());
    function.handler = configuration.handler;
    if let Some(memory) = configuration.memory_size.and_then(|memory| u32::try_from(memory).ok()) {
        function.memory_mib = memory;
    }
    if let Some(timeout) = configuration.timeout.and_then(|timeout| u32::try_from(timeout).ok()) {
        function.timeout_seconds = timeout;
    }
    if let Some(architecture) = configuration.architectures.as_deref().and_then(<[_]>::first) {
        function.architecture = architecture.as_str().to_owned();
    }
    function.last_modified = configuration.last_modified.and_then(|at| at.parse::<Timestamp>().ok());
    function.revision_id = configuration.revision_id;
    function.code_sha256 = configuration.code_sha256;
    function.config_sha256 = configuration.config_sha256;
    function.environment = environment(reader, configuration.environment);
    function.kms_key = arn_of(configuration.kms_key_arn);
    for layer in configuration.layers.into_iter().flatten() {
        let Some(arn) = layer.arn.map(Arn::from) else { continue };
        if let Some(signer) = arn_of(layer.signing_profile_version_arn) {
            function.layer_signers.insert(arn.clone(), signer);
        }
        function.layers.push(arn);
    }
    function.signer = arn_of(configuration.signing_profile_version_arn);
    function.vpc = configuration.vpc_config.and_then(vpc);
    let file_systems = configuration.file_system_configs.into_iter().flatten();
    function.file_systems =
        file_systems.map(|mount| FileSystemConfig { arn: Arn::new(mount.arn), mount_path: mount.local_mount_path }).collect();
    function.snap_start =
        configuration.snap_start.and_then(|snap_start| snap_start.apply_on) == Some(types::SnapStartApplyOn::PublishedVersions);
    function.tenant_isolation = configuration.tenancy_config.map(|tenancy| tenancy.tenant_isolation_mode.as_str().to_owned());
    let number = |number: i32| u32::try_from(number).ok();
    function.durable = configuration.durable_config.map(|durable| DurableConfig {
        kms_key: arn_of(durable.kms_key_arn),
        retention_days: durable.retention_period_in_days.and_then(number),
        execution_timeout_seconds: durable.execution_timeout.and_then(number),
    });
    function.capacity_provider = configuration
        .capacity_provider_config
        .and_then(|config| config.lambda_managed_instances_capacity_provider_config)
        .and_then(|instances| arn_of(Some(instances.capacity_provider_arn)));
    function.dead_letter = configuration.dead_letter_config.and_then(|dead| arn_of(dead.target_arn));
    function.tracing_active = configuration.tracing_config.and_then(|tracing| tracing.mode) == Some(types::TracingMode::Active);
    function.logging = match configuration.logging_config {
        Some(logging) => Fact::Known(LoggingConfig {
            format: logging.log_format.map_or_else(String::new, |format| format.as_str().to_owned()),
            application_level: logging.application_log_level.map(|level| level.as_str().to_owned()),
            system_level: logging.system_log_level.map(|level| level.as_str().to_owned()),
            group: logging.log_group,
        }),
        None => Gap::new(GapKind::Unsupported, LIST_FUNCTIONS.action, "the answer has no LoggingConfig").into(),
    };
    Some(function)
}

/// `arn:…:function:NAME` of an ARN that may end with a qualifier.
pub(super) fn unqualified(arn: &str) -> Arn {
    let mut ends = arn.match_indices(':').map(|(at, _)| at);
    match ends.nth(6) {
        Some(end) => Arn::new(arn.get(..end).unwrap_or(arn)),
        None => Arn::new(arn),
    }
}

/// `State` and its kin, which only `GetFunction` gives.
pub(super) fn state(configuration: &types::FunctionConfiguration) -> Result<FunctionState, Failure> {
    let state = configuration.state.as_ref().ok_or_else(|| GET_FUNCTION.broken("the answer has no State"))?;
    Ok(FunctionState {
        state: state.as_str().to_owned(),
        reason_code: configuration.state_reason_code.as_ref().and_then(|code| said(code.as_str())),
        last_update: configuration.last_update_status.as_ref().map_or_else(String::new, |status| status.as_str().to_owned()),
        last_update_reason_code: configuration.last_update_status_reason_code.as_ref().and_then(|code| said(code.as_str())),
    })
}

/// The runtime it runs on now; an error stands for it where Lambda cannot tell.
pub(super) fn runtime_version(reader: &Reader, configuration: &types::FunctionConfiguration) -> Fact<Option<String>> {
    let Some(config) = &configuration.runtime_version_config else { return Fact::Known(None) };
    match (&config.runtime_version_arn, &config.error) {
        (None, Some(error)) => {
            let said = format!("{}: {}", error.error_code().unwrap_or_default(), error.message().unwrap_or_default());
            reader.gap(Gap::failed(GET_FUNCTION.action, text::clean(&said))).into()
        }
        (arn, _) => Fact::Known(arn.clone()),
    }
}

/// Where the code comes from. Its `Location` stays out: it is signed, and opens the package to whoever holds it.
pub(super) fn code(reader: &Reader, code: Option<types::FunctionCodeLocation>) -> Fact<CodeLocation> {
    let Some(code) = code else { return Gap::unsupported("the answer of GetFunction has no Code").into() };
    match (&code.repository_type, &code.error) {
        (None, Some(error)) => {
            let said = format!("{}: {}", error.error_code().unwrap_or_default(), error.message().unwrap_or_default());
            reader.gap(Gap::failed(GET_FUNCTION.action, text::clean(&said))).into()
        }
        _ => Fact::Known(CodeLocation {
            repository: code.repository_type,
            image: code.image_uri,
            resolved_image: code.resolved_image_uri,
            source_kms_key: arn_of(code.source_kms_key_arn),
        }),
    }
}

/// An ARN, unless it is empty, which the API writes for none.
pub(super) fn arn_of(arn: Option<String>) -> Option<Arn> {
    arn.filter(|arn| !arn.is_empty()).map(Arn::from)
}

/// A code, unless it is empty, which an emulator writes for none.
fn said(code: &str) -> Option<String> {
    (!code.is_empty()).then(|| code.to_owned())
}

fn environment(reader: &Reader, environment: Option<types::EnvironmentResponse>) -> Fact<BTreeMap<String, EnvironmentValue>> {
    // Lambda leaves `Environment` out when there are no variables.
    let Some(environment) = environment else { return Fact::Known(BTreeMap::new()) };
    match (environment.variables, environment.error) {
        (None, Some(error)) => {
            let said = format!("{}: {}", error.error_code.unwrap_or_else(String::new), error.message.unwrap_or_else(String::new));
            reader.gap(Gap::denied("kms:Decrypt", text::clean(&said))).into()
        }
        (variables, _) => {
            let classify = |(key, value): (String, String)| {
                let kept = EnvironmentValue::classify(&key, &value, reader.fingerprints());
                (key, kept)
            };
            Fact::Known(variables.into_iter().flatten().map(classify).collect())
        }
    }
}

/// A function outside any VPC may come with an empty `VpcConfig`.
fn vpc(config: types::VpcConfigResponse) -> Option<VpcConfig> {
    let vpc = VpcConfig {
        vpc_id: config.vpc_id.into_iter().collect(),
        subnets: config.subnet_ids.into_iter().flatten().collect(),
        security_groups: config.security_group_ids.into_iter().flatten().collect(),
    };
    (!vpc.vpc_id.is_empty() || !vpc.subnets.is_empty()).then_some(vpc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_qualifier_is_cut_off() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
        assert_eq!(unqualified(arn).as_str(), arn);
        assert_eq!(unqualified(&format!("{arn}:$LATEST")).as_str(), arn);
        assert_eq!(unqualified("no arn").as_str(), "no arn");
    }
}
