//! EventBridge Pipes: what they read, ask and call, and how they are encrypted and logged.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Fact, HiddenText, Learnt, Pipe, PipeDetails, PipeLogging, Source};

static SERVICE: Service = Service::new("Pipes", "pipes", Protocol::RestJson);

/// AWS publishes none for these. Modest.
static QUOTA: Quota = Quota::new("pipes", 10);

static LIST_PIPES: Operation =
    Operation::new("pipes:ListPipes", &QUOTA).of(&SERVICE).get("/v1/pipes").calls(|at| at.pages(at.region.pipes.items.len(), PAGE));
static DESCRIBE_PIPE: Operation = Operation::new("pipes:DescribePipe", &QUOTA)
    .of(&SERVICE)
    .get("/v1/pipes/{Name}")
    .detail(Depth::Full, |at| at.region.pipes.items.len() as u64);

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Pipes, scope: Scope::Regional, operations: &[&LIST_PIPES, &DESCRIBE_PIPE], run };

/// The largest page.
const PAGE: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pipes {
    pipes: Vec<Summary>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    arn: Option<Arn>,
    name: Option<String>,
    source: Option<String>,
    enrichment: Option<String>,
    target: Option<Arn>,
    current_state: Option<String>,
}

/// Every pipe has a role, though the model of AWS requires nothing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    role_arn: Arn,
    kms_key_identifier: Option<String>,
    source_parameters: Option<SourceParameters>,
    enrichment_parameters: Option<Parameters>,
    target_parameters: Option<Parameters>,
    log_configuration: Option<Log>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SourceParameters {
    kinesis_stream_parameters: Option<StreamParameters>,
    #[serde(rename = "DynamoDBStreamParameters")]
    dynamodb_stream_parameters: Option<StreamParameters>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StreamParameters {
    dead_letter_config: Option<DeadLetter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetter {
    arn: Option<Arn>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters {
    input_template: Option<String>,
    http_parameters: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Log {
    level: Option<String>,
    include_execution_data: Option<Vec<String>>,
    cloudwatch_logs_log_destination: Option<LogGroup>,
    firehose_log_destination: Option<DeliveryStream>,
    s3_log_destination: Option<Bucket>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogGroup {
    log_group_arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeliveryStream {
    delivery_stream_arn: Option<Arn>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bucket {
    bucket_name: Option<String>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let pipes = reader
            .pages(&LIST_PIPES, |token| async move {
                let answer: Pipes = wire.ask(&LIST_PIPES, json!({ "Limit": PAGE, "NextToken": token })).await?;
                Ok(Page::new(Some(answer.pipes), answer.next_token))
            })
            .await;
        let pipes = reader.converted(&LIST_PIPES, pipes, |pipe| {
            Some(Pipe {
                arn: pipe.arn?,
                name: pipe.name?,
                source: pipe.source?,
                enrichment: pipe.enrichment.filter(|arn| !arn.is_empty()).map(Arn::from),
                target: pipe.target?,
                state: pipe.current_state?,
                details: Fact::unread(DESCRIBE_PIPE.action),
            })
        });
        let items = pipes.items.clone();
        reader.post(vec![Learnt::Pipes(pipes)]).await;
        reader.details(items, |pipe| detail(reader, wire, pipe), Learnt::Pipe).await;
        Vec::new()
    }
    .boxed()
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut pipe: Pipe) -> Pipe {
    let answer: Result<Described, Failure> = wire.ask(&DESCRIBE_PIPE, json!({ "Name": pipe.name })).await;
    let hidden = |text: String| HiddenText::read(&text, &pipe.arn, reader.fingerprints());
    pipe.details = reader.fact(answer.map(|answer| details(answer, hidden)));
    pipe
}

fn details(answer: Described, hidden: impl Fn(String) -> HiddenText) -> PipeDetails {
    let stream = answer.source_parameters.and_then(|source| source.kinesis_stream_parameters.or(source.dynamodb_stream_parameters));
    let target = answer.target_parameters.unwrap_or_default();
    let enrichment = answer.enrichment_parameters.unwrap_or_default();
    let template = |template: Option<String>| template.filter(|template| !template.is_empty()).map(&hidden);
    let http: Vec<Value> = [target.http_parameters, enrichment.http_parameters].into_iter().flatten().collect();
    PipeDetails {
        role: answer.role_arn,
        kms_key: answer.kms_key_identifier.filter(|key| !key.is_empty()),
        dead_letter_queue: stream.and_then(|stream| stream.dead_letter_config).and_then(|config| config.arn),
        input: template(target.input_template),
        enrichment_input: template(enrichment.input_template),
        http_parameters: (!http.is_empty()).then(|| hidden(Value::Array(http).to_string())),
        logging: answer.log_configuration.map(|log| PipeLogging {
            // Without a level nothing is logged.
            level: log.level.unwrap_or_else(|| "OFF".to_owned()),
            includes_execution_data: log.include_execution_data.is_some_and(|parts| parts.iter().any(|part| part == "ALL")),
            log_group: log.cloudwatch_logs_log_destination.and_then(|group| group.log_group_arn),
            delivery_stream: log.firehose_log_destination.and_then(|stream| stream.delivery_stream_arn),
            bucket: log.s3_log_destination.and_then(|bucket| bucket.bucket_name),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FingerprintKey;

    fn read(body: &str) -> PipeDetails {
        let keys = FingerprintKey::new([7; 32]);
        details(serde_json::from_str(body).unwrap(), |text| HiddenText::read(&text, &Arn::from("arn:aws:pipes:r:1:pipe/x"), &keys))
    }

    #[test]
    fn what_is_left_out_is_not_there() {
        let bare = read(
            r#"{"RoleArn":"arn:aws:iam::1:role/x","KmsKeyIdentifier":"","SourceParameters":{},"TargetParameters":{"InputTemplate":""}}"#,
        );
        assert_eq!((bare.kms_key, bare.dead_letter_queue, bare.logging), (None, None, None));
        assert_eq!((bare.input, bare.enrichment_input, bare.http_parameters), (None, None, None));
        assert!(serde_json::from_str::<Described>("{}").is_err());
    }

    #[test]
    fn the_source_may_be_a_stream_of_either_kind() {
        for kind in ["KinesisStreamParameters", "DynamoDBStreamParameters"] {
            let body = format!(
                r#"{{"RoleArn":"r","SourceParameters":{{"{kind}":{{"DeadLetterConfig":{{"Arn":"arn:aws:sqs:r:1:dead"}}}}}},
                    "LogConfiguration":{{"Level":"ERROR","IncludeExecutionData":[],"S3LogDestination":{{"BucketName":"logs"}}}}}}"#
            );
            let pipe = read(&body);
            assert_eq!(pipe.dead_letter_queue, Some(Arn::from("arn:aws:sqs:r:1:dead")), "{kind}");
            let logging = pipe.logging.unwrap();
            assert_eq!(
                (logging.level.as_str(), logging.includes_execution_data, logging.bucket.as_deref()),
                ("ERROR", false, Some("logs"))
            );
        }
    }
}
