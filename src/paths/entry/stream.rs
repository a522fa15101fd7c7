//! Kinesis streams and DynamoDB tables that outsiders may write or read.

use super::{
    outsider::{Ask, Front},
    survey::Survey,
};
use crate::paths::Grip;

const STREAM: [Ask; 2] = [
    Ask {
        actions: &["kinesis:PutRecord", "kinesis:PutRecords"],
        gives: Grip::Send,
        technique: "stream-policy",
        front: Front::Signed,
        deputies: false,
    },
    Ask { actions: &["kinesis:GetRecords"], gives: Grip::Control, technique: "stream-policy", front: Front::Signed, deputies: false },
];

const TABLE: [Ask; 2] = [
    Ask {
        actions: &["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem"],
        gives: Grip::Send,
        technique: "table-policy",
        front: Front::Signed,
        deputies: false,
    },
    Ask {
        actions: &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:PutResourcePolicy"],
        gives: Grip::Control,
        technique: "table-policy",
        front: Front::Signed,
        deputies: false,
    },
];

const RECORDS: [Ask; 1] = [Ask {
    actions: &["dynamodb:GetRecords"],
    gives: Grip::Control,
    technique: "table-stream-policy",
    front: Front::Signed,
    deputies: false,
}];

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for stream in survey.items(name, &region.kinesis_streams) {
            let Some(Some(text)) = survey.known(&stream.arn, &stream.policy) else { continue };
            let key = stream.summary.known().ok().and_then(|summary| summary.kms_key.as_deref());
            survey.guarded("stream policy", text, &stream.arn, key, &STREAM);
        }
        for table in survey.items(name, &region.tables) {
            let description = table.description.known().ok();
            let encryption = description.and_then(|description| description.encryption.as_ref());
            let key = encryption.and_then(|encryption| encryption.kms_key.as_ref()).map(|key| key.as_str());
            if let Some(Some(text)) = survey.known(&table.arn, &table.policy) {
                survey.guarded("table policy", text, &table.arn, key, &TABLE);
            }
            let Some(document) = survey.policy(&table.arn, &table.stream_policy) else { continue };
            let Some(stream) = description.and_then(|description| description.stream.as_ref()) else { continue };
            for ask in &RECORDS {
                for edge in survey.admitted("policy of the table's stream", document, stream, &table.arn, ask) {
                    survey.push(edge);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{Arn, Fact, Gap, KinesisStream, KinesisStreamSummary, Table, TableDescription},
        paths::entry::testing::{empty, gaps, policy, region, steps},
    };

    const STREAM: &str = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks";
    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";

    fn to(action: &str) -> String {
        format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"210987654321"}},"Action":"{action}","Resource":"*"}}"#)
    }

    #[test]
    fn records_come_from_whom_the_policy_names() {
        let mut posture = empty();
        let summary = KinesisStreamSummary { status: "ACTIVE".to_owned(), encryption: None, kms_key: None, retention_hours: 24 };
        let mut stream = KinesisStream { arn: Arn::new(STREAM), summary: Fact::Known(summary), policy: Fact::Known(None) };
        region(&mut posture).kinesis_streams.items = vec![stream.clone()];
        assert!(steps(&posture).is_empty() && gaps(&posture).is_empty());
        stream.policy = Fact::Known(Some(policy(&to("kinesis:PutRecord"))));
        region(&mut posture).kinesis_streams.items = vec![stream.clone()];
        assert_eq!(steps(&posture), [format!("account:210987654321 -> {STREAM} Send stream-policy")]);
        stream.policy = Gap::denied("kinesis:GetResourcePolicy", "no").into();
        region(&mut posture).kinesis_streams.items = vec![stream];
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{STREAM} kinesis:GetResourcePolicy")]));
    }

    #[test]
    fn tables_are_read_and_written_apart() {
        let description = TableDescription {
            status: "ACTIVE".to_owned(),
            deletion_protection: None,
            encryption: None,
            stream: Some(Arn::new(format!("{TABLE}/stream/2026-01-01T00:00:00.000"))),
            replicas: Vec::new(),
        };
        let mut table = Table {
            arn: Arn::new(TABLE),
            name: "orders".to_owned(),
            description: Fact::Known(description),
            point_in_time_recovery: Fact::Known(true),
            policy: Fact::Known(Some(policy(&to("dynamodb:PutItem")))),
            stream_policy: Fact::Known(Some(policy(&to("dynamodb:GetRecords")))),
        };
        let mut posture = empty();
        region(&mut posture).tables.items = vec![table.clone()];
        let account = "account:210987654321";
        let expected = [format!("{account} -> {TABLE} Send table-policy"), format!("{account} -> {TABLE} Control table-stream-policy")];
        assert_eq!(steps(&posture), expected);
        table.policy = Gap::denied("dynamodb:GetResourcePolicy", "no").into();
        table.stream_policy = Fact::Known(None);
        region(&mut posture).tables.items = vec![table];
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{TABLE} dynamodb:GetResourcePolicy")]));
    }
}
