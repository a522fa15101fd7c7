//! Whether trails and event data stores take a data event: their selectors, evaluated field by field.

use crate::{
    checks::Context,
    model::{
        AdvancedEventSelector, Arn, DataResource, EventDataStore, EventSelector, FieldSelector, Gap, Region, Resource, Trail,
        TrailSelectors,
    },
};

/// A data event that may or may not be logged.
#[derive(Debug, Clone, Copy)]
pub(super) struct DataEvent<'a> {
    /// `resources.type`.
    pub(super) kind: &'a str,
    /// `resources.ARN`.
    pub(super) arn: &'a str,
    /// `eventSource`.
    pub(super) source: &'a str,
    /// `eventName`.
    pub(super) name: &'a str,
    /// `readOnly`.
    pub(super) read_only: bool,
}

/// What of a Region's events is kept.
#[derive(Debug, Default)]
pub(super) struct Ledger<'a> {
    takers: Vec<(&'a str, Selectors<'a>)>,
    /// Why there may be more that takes events.
    gap: Option<Gap>,
}

#[derive(Debug)]
enum Selectors<'a> {
    Trail(&'a TrailSelectors),
    Store(&'a [AdvancedEventSelector]),
}

impl<'a> Ledger<'a> {
    /// What takes events of the Region called `name`: trails that log there and deliver what they log, and event data stores, also of
    /// other Regions.
    pub(super) fn new(context: &Context<'a>, name: &str, region: &'a Region) -> Self {
        let mut ledger = Self { takers: Vec::new(), gap: named::<Trail>(region.trails.gap.as_ref()) };
        for trail in &region.trails.items {
            let taken = trail
                .status
                .known()
                .map(|status| status.logging && status.delivery_error.is_none())
                .and_then(|records| if records { trail.selectors.known().map(Some) } else { Ok(None) });
            match taken {
                Ok(Some(selectors)) => ledger.takers.push((&trail.name, Selectors::Trail(selectors))),
                Ok(None) => {}
                Err(gap) => ledger.lacks(gap),
            }
        }
        for (home, other) in &context.posture.regions {
            if let Some(gap) = named::<EventDataStore>(other.event_data_stores.gap.as_ref()) {
                ledger.lacks(&gap);
            }
            for store in &other.event_data_stores.items {
                match store.details.known() {
                    Ok(details) if details.status != "ENABLED" || (home != name && !details.multi_region) => {}
                    Ok(details) => ledger.takers.push((&store.name, Selectors::Store(&details.selectors))),
                    Err(gap) => ledger.lacks(gap),
                }
            }
        }
        ledger
    }

    fn lacks(&mut self, gap: &Gap) {
        self.gap.get_or_insert_with(|| gap.clone());
    }

    /// Whether something takes each of `events`.
    ///
    /// # Errors
    /// The gap, when something that was not read may do so.
    pub(super) fn takes(&self, events: &[DataEvent<'_>]) -> Result<bool, Gap> {
        let taken = |event: &DataEvent<'_>| self.takers.iter().any(|(_, selectors)| selectors.take(event));
        if events.iter().all(taken) {
            return Ok(true);
        }
        self.gap.clone().map_or(Ok(false), Err)
    }

    /// The names of what keeps events there, whichever.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.takers.iter().map(|(name, _)| *name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }
}

fn named<T: Resource>(gap: Option<&Gap>) -> Option<Gap> {
    gap.map(|gap| if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() })
}

impl Selectors<'_> {
    fn take(&self, event: &DataEvent<'_>) -> bool {
        match self {
            Self::Trail(selectors) => {
                selectors.basic.iter().any(|selector| basic(selector, event)) || selectors.advanced.iter().any(|one| advanced(one, event))
            }
            Self::Store(selectors) => selectors.iter().any(|selector| advanced(selector, event)),
        }
    }
}

fn basic(selector: &EventSelector, event: &DataEvent<'_>) -> bool {
    let kept = match selector.read_write.as_str() {
        "ReadOnly" => event.read_only,
        "WriteOnly" => !event.read_only,
        _ => true,
    };
    let fits = |resource: &DataResource| resource.kind == event.kind && resource.values.iter().any(|value| is_within(event.arn, value));
    kept && selector.data_resources.iter().any(fits)
}

/// Whether a value of a basic selector means `arn`: all of a service, one resource, or a bucket's objects.
fn is_within(arn: &str, value: &str) -> bool {
    let parts = value.split(':').count();
    let begins = arn.starts_with(value);
    // `arn:aws:lambda`, or `arn:aws:s3:::`, is everything of that service.
    arn == value || begins && (parts <= 3 || value.ends_with(":::") || value.ends_with('/'))
}

/// Whether every field of `selector` holds of `event`. A field of which nothing can be said beforehand, such as who
/// called, narrows it: then not all such events are taken.
fn advanced(selector: &AdvancedEventSelector, event: &DataEvent<'_>) -> bool {
    let says = |name: &str| selector.fields.iter().any(|field| field.field == name);
    // Without them the selector is for management events.
    says("eventCategory") && says("resources.type") && selector.fields.iter().all(|field| holds(field, event))
}

fn holds(field: &FieldSelector, event: &DataEvent<'_>) -> bool {
    let value = match field.field.as_str() {
        "eventCategory" => "Data",
        "resources.type" => event.kind,
        "resources.ARN" => event.arn,
        "eventSource" => event.source,
        "eventName" => event.name,
        "readOnly" if event.read_only => "true",
        "readOnly" => "false",
        "eventType" => "AwsApiCall",
        _ => return false,
    };
    let some = |values: &[String], fits: &dyn Fn(&str) -> bool| values.is_empty() || values.iter().any(|value| fits(value));
    let none = |values: &[String], fits: &dyn Fn(&str) -> bool| !values.iter().any(|value| fits(value));
    some(&field.equals, &|one| value == one)
        && some(&field.starts_with, &|one| value.starts_with(one))
        && some(&field.ends_with, &|one| value.ends_with(one))
        && none(&field.not_equals, &|one| value == one)
        && none(&field.not_starts_with, &|one| value.starts_with(one))
        && none(&field.not_ends_with, &|one| value.ends_with(one))
}

/// An invocation of the function with this ARN.
pub(super) fn invocation(function: &Arn) -> DataEvent<'_> {
    DataEvent { kind: "AWS::Lambda::Function", arn: function.as_str(), source: "lambda.amazonaws.com", name: "Invoke", read_only: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing_watch::selector;

    #[test]
    fn every_field_of_a_selector_counts() {
        let arn = Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:orders");
        let event = invocation(&arn);
        for (fields, taken) in [
            (&["resources.type=AWS::Lambda::Function"][..], true),
            (&["resources.type=AWS::S3::Object"], false),
            (&[], false),
            (&["resources.type=AWS::Lambda::Function", "resources.ARN=arn:aws:lambda:eu-west-1:123456789012:function:orders"], true),
            (&["resources.type=AWS::Lambda::Function", "resources.ARN=arn:aws:lambda:eu-west-1:123456789012:function:other"], false),
            (&["resources.type=AWS::Lambda::Function", "resources.ARN^arn:aws:lambda:eu-west-1:"], true),
            (&["resources.type=AWS::Lambda::Function", "resources.ARN!arn:aws:lambda:eu-west-1:123456789012:function:ord"], false),
            (&["resources.type=AWS::Lambda::Function", "readOnly=true"], false),
            (&["resources.type=AWS::Lambda::Function", "readOnly=false"], true),
            (&["resources.type=AWS::Lambda::Function", "eventName=Invoke"], true),
            (&["resources.type=AWS::Lambda::Function", "eventName=InvokeExecution"], false),
            (&["resources.type=AWS::Lambda::Function", "userIdentity.arn!arn:aws:iam::123456789012:role/batch"], false),
        ] {
            assert_eq!(advanced(&selector(fields), &event), taken, "{fields:?}");
        }
        let management = AdvancedEventSelector {
            name: None,
            fields: vec![FieldSelector {
                field: "eventCategory".to_owned(),
                equals: vec!["Management".to_owned()],
                ..FieldSelector::default()
            }],
        };
        assert!(!advanced(&management, &event));
    }

    #[test]
    fn a_basic_selector_names_a_service_a_function_or_the_objects_of_a_bucket() {
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
        for (arn, value, within) in [
            (function, "arn:aws:lambda", true),
            (function, function, true),
            (function, "arn:aws:lambda:eu-west-1:123456789012:function:ord", false),
            ("arn:aws:s3:::shop/x", "arn:aws:s3", true),
            ("arn:aws:s3:::shop/x", "arn:aws:s3:::", true),
            ("arn:aws:s3:::shop/x", "arn:aws:s3:::shop/", true),
            ("arn:aws:s3:::shop/x", "arn:aws:s3:::shop/logs/", false),
            ("arn:aws:s3:::shop/x", "arn:aws:s3:::sho", false),
        ] {
            assert_eq!(is_within(arn, value), within, "{value}");
        }
    }
}
