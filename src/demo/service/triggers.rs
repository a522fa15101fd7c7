//! What starts a service.

use crate::demo::{
    ACCOUNT, PARTITION, made_up,
    policy::{expand, when},
};
use crate::model::{Arn, Cors, EventSourceMapping, Function, FunctionUrl};

use super::{Feed, Service};

/// A permission in a function's resource policy.
pub(super) struct Permission {
    sid: String,
    principal: String,
    action: &'static str,
    condition: String,
    /// Where it was put, when not on the alias that is live.
    pub(super) qualifier: Option<&'static str>,
}

impl Service {
    pub(in crate::demo) fn behind_api(mut self, api: &'static str, route: &'static str) -> Self {
        self.feeds.push(Feed::Route { api, route });
        let source = expand(self.region, "execute-api", &format!("{}/*/{route}", made_up::id(api, 10)));
        self.permission(&format!("{api}-api"), r#"{"Service":"apigateway.amazonaws.com"}"#, &when("ArnLike", "AWS:SourceArn", &source))
    }

    pub(in crate::demo) fn on_schedule(mut self, rule: &str) -> Self {
        self.feeds.push(Feed::Schedule(rule.to_owned()));
        let source = expand(self.region, "events", &format!("rule/{rule}"));
        self.permission(rule, r#"{"Service":"events.amazonaws.com"}"#, &when("ArnLike", "AWS:SourceArn", &source))
    }

    pub(in crate::demo) fn on_topic(mut self, topic: &str) -> Self {
        self.feeds.push(Feed::Topic(topic.to_owned()));
        let source = expand(self.region, "sns", topic);
        self.permission(topic, r#"{"Service":"sns.amazonaws.com"}"#, &when("ArnLike", "AWS:SourceArn", &source))
    }

    pub(in crate::demo) fn on_upload(mut self, bucket: &str) -> Self {
        self = self.notified_by(bucket);
        let condition =
            format!(r#"{{"StringEquals":{{"AWS:SourceAccount":"{ACCOUNT}"}},"ArnLike":{{"AWS:SourceArn":"arn:aws:s3:::{bucket}"}}}}"#);
        self.permission(&format!("{bucket}-uploads"), r#"{"Service":"s3.amazonaws.com"}"#, &condition)
    }

    /// A bucket notifies it, whatever its policy says of that.
    pub(in crate::demo) fn notified_by(mut self, bucket: &str) -> Self {
        self.feeds.push(Feed::Upload(bucket.to_owned()));
        self
    }

    pub(in crate::demo) fn reads_queue(mut self, queue: &str) -> Self {
        self = self.may(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], &[queue]);
        let source = expand(self.region, "sqs", queue);
        self.mapping(&source, "Enabled")
    }

    pub(in crate::demo) fn reads_stream(mut self, stream: &str) -> Self {
        let stream = format!("stream/{stream}");
        self = self.may(&["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:ListShards"], &[&stream]);
        let source = expand(self.region, "kinesis", &stream);
        self.mapping(&source, "Enabled")
    }

    /// An event source mapping; onto the alias that is live, when there is one.
    pub(in crate::demo) fn mapping(mut self, source: &str, state: &str) -> Self {
        let uuid = made_up::uuid(&format!("{source} {}", self.function.name));
        let arn = Arn::build(PARTITION, "lambda", self.region, ACCOUNT, &format!("event-source-mapping:{uuid}"));
        self.mappings.push(EventSourceMapping {
            source: Some(Arn::new(source)),
            state: state.to_owned(),
            ..EventSourceMapping::new(arn, uuid, self.function.arn.clone())
        });
        self
    }

    /// A permission in its resource policy: `principal` and `condition` are JSON, an empty condition is none.
    pub(in crate::demo) fn permission(self, sid: &str, principal: &str, condition: &str) -> Self {
        self.grant(None, sid, principal, "lambda:InvokeFunction", condition)
    }

    pub(in crate::demo) fn grant(
        mut self,
        qualifier: Option<&'static str>,
        sid: &str,
        principal: &str,
        action: &'static str,
        condition: &str,
    ) -> Self {
        self.permissions.push(Permission {
            sid: sid.to_owned(),
            principal: principal.to_owned(),
            action,
            condition: condition.to_owned(),
            qualifier,
        });
        self
    }

    /// A function URL of the function itself.
    pub(in crate::demo) fn url(mut self, auth_none: bool, cors: Option<Cors>) -> Self {
        let url = FunctionUrl {
            qualifier: Function::UNQUALIFIED.to_owned(),
            url: format!("https://{}.lambda-url.{}.on.aws/", made_up::id(&self.function.name, 32), self.region),
            auth_none,
            cors,
        };
        if let Some(urls) = self.function.urls.known_mut() {
            urls.push(url);
        }
        self
    }
}

/// Its statement on `qualifier` of `function`.
pub(super) fn statement(function: &Arn, qualifier: &str, permission: &Permission) -> String {
    let Permission { sid, principal, action, condition, .. } = permission;
    let resource = if qualifier == Function::UNQUALIFIED { function.to_string() } else { format!("{function}:{qualifier}") };
    let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
    format!(r#"{{"Sid":"{sid}","Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"{resource}"{condition}}}"#)
}
