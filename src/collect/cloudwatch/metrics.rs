//! Numbers of each function, over ninety days.
//!
//! Functions are asked for by the names that Lambda lists. `ListMetrics` and `SEARCH` would tell names as well, but of
//! metrics alone that had data within two weeks: whether a function was idle for ninety days they cannot say, and they
//! cost a call more for every 500 metrics. So it is two metrics of every function, `Invocations` and `Throttles`, and the
//! other four of those that were invoked: 500 metrics a call, twelve calls for a thousand functions. AWS bills each metric.
//!
//! The window ends at the midnight after now, and begins at one: readings of one day ask exactly the same. Invocations
//! come by the day, for the last one tells an idle function from a busy one; the others in thirty days, which is three
//! numbers where it would be ninety.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::GET_DATA;
use crate::{
    collect::{Depth, gap::Failure, pages::Page, reader::Reader, wire::Wire},
    model::{Arn, Fact, FunctionMetrics, Gap, Invocations, Learnt, Listing, Timestamp},
};

/// How many metrics one call may ask for.
pub(super) const AT_MOST: usize = 500;

const DAY: i64 = 86_400;

/// Calls at the same time.
const AT_ONCE: usize = 8;

/// A metric of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Invocations,
    Throttles,
    Errors,
    Duration,
    ConcurrentExecutions,
    IteratorAge,
}

/// Of every function.
const FIRST: &[Measure] = &[Measure::Invocations, Measure::Throttles];
/// Of those that were invoked: the others have none.
const SECOND: &[Measure] = &[Measure::Errors, Measure::Duration, Measure::ConcurrentExecutions, Measure::IteratorAge];

impl Measure {
    /// `MetricName`, `Stat` and `Period`.
    const fn asked(self) -> (&'static str, &'static str, i64) {
        match self {
            Self::Invocations => ("Invocations", "Sum", DAY),
            Self::Throttles => ("Throttles", "Sum", 30 * DAY),
            Self::Errors => ("Errors", "Sum", 30 * DAY),
            Self::Duration => ("Duration", "p99", 30 * DAY),
            Self::ConcurrentExecutions => ("ConcurrentExecutions", "Maximum", 30 * DAY),
            Self::IteratorAge => ("IteratorAge", "Maximum", 30 * DAY),
        }
    }

    fn put(self, metrics: &mut FunctionMetrics, series: Result<Series, Gap>) {
        let sum = |series: &Series| whole(series.points.iter().map(|(_, value)| value).sum());
        let most = |series: &Series| series.points.iter().map(|(_, value)| whole(*value)).max();
        match self {
            Self::Invocations => {
                let last = |series: &Series| series.points.iter().filter(|(_, value)| *value > 0.0).map(|(at, _)| *at as i64).max();
                metrics.invocations =
                    series.map(|series| Invocations { count: sum(&series), last: last(&series).and_then(Timestamp::from_unix) }).into();
            }
            Self::Throttles => metrics.throttles = series.map(|series| sum(&series)).into(),
            Self::Errors => metrics.errors = series.map(|series| sum(&series)).into(),
            Self::Duration => metrics.duration_p99 = series.map(|series| most(&series)).into(),
            Self::ConcurrentExecutions => metrics.concurrent_executions = series.map(|series| most(&series)).into(),
            Self::IteratorAge => metrics.iterator_age = series.map(|series| most(&series)).into(),
        }
    }
}

/// Counts and milliseconds; nothing of them is negative, and the cast saturates.
fn whole(value: f64) -> u64 {
    value.ceil() as u64
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    metric_data_results: Vec<Piece>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Piece {
    id: String,
    status_code: String,
    // Seconds, with a fraction or without.
    timestamps: Vec<f64>,
    values: Vec<f64>,
}

/// All that was said of one metric: where in time, and how much.
#[derive(Debug, Default, PartialEq)]
struct Series {
    status: String,
    points: Vec<(f64, f64)>,
}

/// Which function's metric.
type Asked = (usize, Measure);

/// Whether it is known that a function was not invoked.
pub(super) fn is_idle(metrics: &FunctionMetrics) -> bool {
    metrics.invocations.known().is_ok_and(|invocations| invocations.count == 0)
}

pub(super) async fn read(reader: &Reader, wire: &Wire<'_>) {
    if reader.depth() < Depth::Full {
        return reader.post(vec![Learnt::Metrics(Listing::partial(Vec::new(), Gap::unread(GET_DATA.action)))]).await;
    }
    let Listing { mut items, gap } = reader.functions().await;
    items.sort();
    let mut metrics: Vec<FunctionMetrics> = items.into_iter().map(|arn| FunctionMetrics::unread(arn, GET_DATA.action)).collect();
    reader.expect(metrics.len());
    let every = (0..metrics.len()).collect();
    ask_all(reader, wire, &mut metrics, every, FIRST).await;
    metrics.iter_mut().filter(|metrics| is_idle(metrics)).for_each(idle);
    let busy: Vec<usize> = metrics.iter().enumerate().filter(|(_, metrics)| !is_idle(metrics)).map(|(number, _)| number).collect();
    reader.done(metrics.len() - busy.len());
    reader.post(vec![Learnt::Metrics(Listing { items: metrics.clone(), gap: gap.clone() })]).await;
    let left = busy.len();
    ask_all(reader, wire, &mut metrics, busy, SECOND).await;
    reader.done(left);
    reader.post(vec![Learnt::Metrics(Listing { items: metrics, gap })]).await;
}

/// What follows from no invocation.
fn idle(metrics: &mut FunctionMetrics) {
    metrics.errors = Fact::Known(0);
    metrics.duration_p99 = Fact::Known(None);
    metrics.concurrent_executions = Fact::Known(None);
    metrics.iterator_age = Fact::Known(None);
}

/// Asks for `measures` of the functions at `places`.
async fn ask_all(reader: &Reader, wire: &Wire<'_>, metrics: &mut [FunctionMetrics], places: Vec<usize>, measures: &'static [Measure]) {
    let asked: Vec<Asked> = places.into_iter().flat_map(|place| measures.iter().map(move |measure| (place, *measure))).collect();
    let arns: Vec<Arn> = metrics.iter().map(|metrics| metrics.arn.clone()).collect();
    let chunks: Vec<Vec<Asked>> = asked.chunks(AT_MOST).map(<[Asked]>::to_vec).collect();
    let mut answers = stream::iter(chunks).map(|chunk| ask(reader, wire, &arns, chunk)).buffer_unordered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        for ((place, measure), series) in answer {
            if let Some(metrics) = metrics.get_mut(place) {
                measure.put(metrics, series);
            }
        }
        reader.progress().await;
    }
}

async fn ask(reader: &Reader, wire: &Wire<'_>, arns: &[Arn], asked: Vec<Asked>) -> Vec<(Asked, Result<Series, Gap>)> {
    let queries: &Value = &asked.iter().enumerate().filter_map(|(number, asked)| query(number, arns.get(asked.0)?, asked.1)).collect();
    let (start, end) = window(reader.errand().taken_at);
    let pages = reader
        .pages(&GET_DATA, |token| async move {
            let params = json!({ "MetricDataQueries": queries, "StartTime": start, "EndTime": end, "NextToken": token });
            let answer: Answer = wire.ask(&GET_DATA, params).await?;
            Ok(Page::new(Some(answer.metric_data_results), answer.next_token))
        })
        .await;
    if let Some(gap) = pages.gap {
        return asked.into_iter().map(|asked| (asked, Err(gap.clone()))).collect();
    }
    let mut series = joined(pages.items);
    let mut of = |number: usize| whole_series(series.remove(&id(number))).map_err(|failure| reader.gap(failure));
    asked.into_iter().enumerate().map(|(number, asked)| (asked, of(number))).collect()
}

fn id(number: usize) -> String {
    format!("m{number}")
}

fn query(number: usize, function: &Arn, measure: Measure) -> Option<Value> {
    let (metric, stat, period) = measure.asked();
    Some(json!({
        "Id": id(number),
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Lambda",
                "MetricName": metric,
                "Dimensions": [{ "Name": "FunctionName", "Value": function.name() }],
            },
            "Period": period,
            "Stat": stat,
        },
    }))
}

/// From midnight to midnight, today being the last day.
fn window(taken_at: Timestamp) -> (i64, i64) {
    let end = (taken_at.unix().div_euclid(DAY) + 1) * DAY;
    (end - i64::from(FunctionMetrics::DAYS) * DAY, end)
}

/// A series may come in pieces, one a page; the last one says whether that is all.
fn joined(pieces: Vec<Piece>) -> BTreeMap<String, Series> {
    let mut joined: BTreeMap<String, Series> = BTreeMap::new();
    for piece in pieces {
        let series = joined.entry(piece.id).or_default();
        series.status = match piece.timestamps.len() == piece.values.len() {
            true => piece.status_code,
            false => "with more times than values, or fewer".to_owned(),
        };
        series.points.extend(piece.timestamps.into_iter().zip(piece.values));
    }
    joined
}

/// A series that CloudWatch did not give to its end is no number.
fn whole_series(series: Option<Series>) -> Result<Series, Failure> {
    match series {
        None => Err(GET_DATA.broken("the answer lacks a metric that was asked for")),
        Some(series) if series.status == "Complete" => Ok(series),
        Some(series) => Err(GET_DATA.broken(&format!("a metric is {}", crate::model::text::clean(&series.status)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(pieces: Value) -> BTreeMap<String, Series> {
        joined(serde_json::from_value(pieces).unwrap())
    }

    #[test]
    fn a_series_in_pieces_is_one_and_its_last_piece_says_whether_it_is_whole() {
        let mut said = pieces(json!([
            { "Id": "m0", "StatusCode": "PartialData", "Timestamps": [86_400], "Values": [2] },
            { "Id": "m1", "StatusCode": "PartialData", "Timestamps": [], "Values": [] },
            { "Id": "m2", "StatusCode": "Complete", "Timestamps": [1], "Values": [] },
            { "Id": "m0", "StatusCode": "Complete", "Timestamps": [1.728e5, 2.592e5], "Values": [3.5, 0.0] },
        ]));
        let mut metrics = FunctionMetrics::unread(Arn::from("f"), GET_DATA.action);
        Measure::Invocations.put(&mut metrics, whole_series(said.remove("m0")).map_err(Into::into));
        assert_eq!(metrics.invocations, Fact::Known(Invocations { count: 6, last: Timestamp::from_unix(172_800) }));
        assert!(whole_series(said.remove("m1")).is_err() && whole_series(said.remove("m2")).is_err());
        assert!(whole_series(said.remove("m3")).is_err());
    }

    #[test]
    fn no_points_are_no_invocations_and_no_duration() {
        let mut metrics = FunctionMetrics::unread(Arn::from("f"), GET_DATA.action);
        let nothing = || Ok(Series { status: "Complete".to_owned(), points: Vec::new() });
        Measure::Invocations.put(&mut metrics, nothing());
        Measure::Duration.put(&mut metrics, nothing());
        assert!(is_idle(&metrics));
        assert_eq!(metrics.duration_p99, Fact::Known(None));
        Measure::Duration.put(&mut metrics, Ok(Series { points: vec![(0.0, 12.2), (1.0, 7.0)], ..Series::default() }));
        assert_eq!(metrics.duration_p99, Fact::Known(Some(13)));
    }

    #[test]
    fn the_window_is_ninety_days_and_the_same_all_day() {
        let at = |text: &str| window(text.parse().unwrap());
        let (start, end) = at("2026-11-23T00:00:00Z");
        assert_eq!(end - start, 90 * DAY);
        assert_eq!(at("2026-11-23T23:59:59Z"), (start, end));
        assert_eq!(Timestamp::from_unix(end).unwrap().to_string(), "2026-11-24T00:00:00Z");
    }

    #[test]
    fn a_metric_is_asked_for_by_the_name_of_its_function() {
        let asked = query(7, &Arn::from("arn:aws:lambda:eu-west-1:1:function:orders"), Measure::Duration).unwrap();
        assert_eq!((asked["Id"].as_str(), asked["MetricStat"]["Stat"].as_str()), (Some("m7"), Some("p99")));
        assert_eq!(asked["MetricStat"]["Metric"]["Dimensions"], json!([{ "Name": "FunctionName", "Value": "orders" }]));
    }
}
