//! IAM Access Analyzer: analyzers with their active findings.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{AccessFinding, Analyzer, Arn, Gap, Learnt, Listing, Source, text::clean};

static SERVICE: Service = Service::new("AccessAnalyzer", "access-analyzer", Protocol::RestJson);

/// Access Analyzer publishes no quota for these; ten a second is modest.
static QUOTA: Quota = Quota::new("access-analyzer", 10);

static LIST_ANALYZERS: Operation = Operation::new("access-analyzer:ListAnalyzers", &QUOTA).of(&SERVICE).get("/analyzer");
/// The IAM action of both versions of the list is that of the first.
static LIST_FINDINGS: Operation = Operation::new("access-analyzer:ListFindings", &QUOTA)
    .named("ListFindingsV2")
    .of(&SERVICE)
    .post("/findingv2")
    .calls(|at| at.region.analyzers.items.iter().map(|analyzer| at.pages(analyzer.findings.items.len(), 100)).sum());

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::AccessAnalyzer, scope: Scope::Regional, operations: &[&LIST_ANALYZERS, &LIST_FINDINGS], run };

/// Five thousand findings an analyzer.
const MOST_PAGES: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analyzers {
    analyzers: Vec<Summary>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Summary {
    arn: Arn,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    status: String,
    configuration: Option<Configuration>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    unused_access: Option<UnusedAccess>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UnusedAccess {
    unused_access_age: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Findings {
    findings: Vec<Finding>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    id: String,
    finding_type: Option<String>,
    resource: Option<Arn>,
    resource_type: String,
    status: String,
    updated_at: String,
    error: Option<String>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let analyzers = reader
            .pages(&LIST_ANALYZERS, |token| async move {
                let answer: Analyzers = wire.ask(&LIST_ANALYZERS, json!({ "maxResults": 100, "nextToken": token })).await?;
                Ok(Page::new(Some(answer.analyzers.into_iter().map(analyzer).collect()), answer.next_token))
            })
            .await;
        let items = analyzers.items.clone();
        reader.expect(items.len());
        reader.post(vec![Learnt::Analyzers(analyzers)]).await;
        if reader.depth() == Depth::Full {
            let mut read = stream::iter(items).map(|analyzer| detail(reader, wire, analyzer)).buffer_unordered(4);
            while let Some(analyzer) = read.next().await {
                reader.done(1);
                reader.post(vec![Learnt::Analyzer(Box::new(analyzer))]).await;
            }
        }
        Vec::new()
    }
    .boxed()
}

fn analyzer(said: Summary) -> Analyzer {
    let unused = said.configuration.and_then(|configuration| configuration.unused_access);
    Analyzer {
        arn: said.arn,
        name: said.name,
        kind: said.kind,
        status: said.status,
        unused_access_age: unused.and_then(|unused| unused.unused_access_age),
        findings: Listing::partial(Vec::new(), Gap::unread(LIST_FINDINGS.action)),
    }
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut analyzer: Analyzer) -> Analyzer {
    if !analyzer.is_external() && !analyzer.is_unused_access() {
        // Who within the account reaches what is for the policies to say.
        analyzer.findings = Listing::partial(Vec::new(), Gap::unsupported("findings of internal access are not read"));
        return analyzer;
    }
    let arn = &analyzer.arn;
    analyzer.findings = reader
        .pages_within(&LIST_FINDINGS, MOST_PAGES, |token| async move {
            let filter = json!({ "status": { "eq": ["ACTIVE"] }, "resourceOwnerAccount": { "eq": [reader.account()] } });
            let params = json!({ "analyzerArn": arn, "filter": filter, "maxResults": 100, "nextToken": token });
            let answer: Findings = wire.ask(&LIST_FINDINGS, params).await?;
            Ok(Page::new(Some(answer.findings.into_iter().map(finding).collect()), answer.next_token))
        })
        .await;
    analyzer
}

fn finding(said: Finding) -> AccessFinding {
    AccessFinding {
        id: said.id,
        kind: said.finding_type,
        resource: said.resource,
        resource_type: said.resource_type,
        status: said.status,
        updated: said.updated_at.parse().ok(),
        error: said.error.map(|error| clean(&error).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_analyzer_is_for_one_question() {
        let of = |kind: &str| {
            let text = format!(
                r#"{{"arn":"a","name":"n","type":"{kind}","status":"ACTIVE","createdAt":"x",
                "configuration":{{"unusedAccess":{{"unusedAccessAge":90}}}}}}"#
            );
            let analyzer = analyzer(serde_json::from_str(&text).unwrap());
            (analyzer.is_external(), analyzer.is_unused_access(), analyzer.unused_access_age)
        };
        assert_eq!(of("ACCOUNT"), (true, false, Some(90)));
        assert_eq!(of("ORGANIZATION_UNUSED_ACCESS"), (false, true, Some(90)));
        assert_eq!(of("ACCOUNT_INTERNAL_ACCESS"), (false, false, Some(90)));
    }
}
