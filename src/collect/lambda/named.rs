//! A few functions by name: all that there is to know of each, as soon as somebody says that it has changed.

use aws_sdk_lambda::Client;
use futures::{StreamExt, future::join_all, stream};

use super::{
    AT_ONCE, detail, function,
    plan::{self, Question},
};
use crate::{
    collect::reader::Reader,
    model::{Arn, Function, FunctionDetails, Learnt},
};

/// Reads them, and hands each one over as a whole.
pub(super) async fn read(reader: &Reader, client: &Client, arns: Vec<Arn>) {
    reader.expect(arns.len());
    let mut read = stream::iter(arns).map(|arn| one(reader, client, arn)).buffer_unordered(AT_ONCE);
    while let Some(learnt) = read.next().await {
        if reader.is_stopped() {
            return;
        }
        reader.done(1);
        reader.post(vec![learnt]).await;
    }
}

async fn one(reader: &Reader, client: &Client, arn: Arn) -> Learnt {
    let answer = detail::get(reader, client, arn.name()).await;
    if answer.as_ref().is_err_and(|failure| failure.is_not_found()) {
        return Learnt::FunctionsGone(vec![arn]);
    }
    let configuration = answer.as_ref().ok().and_then(|answer| answer.configuration.clone());
    let listed = configuration.and_then(|configuration| function::function(reader, configuration));
    let details = detail::configured(reader, answer);
    let known = listed.as_ref().or_else(|| reader.errand().function(&arn));
    // Without a role to go by only the name is known of it; nothing is to be asked that hangs on more than that.
    let unknown = Function::new(arn.clone(), Arn::new(""));
    let questions = Question::all(known.unwrap_or(&unknown), reader.depth()).filter(|question| *question != Question::Function);
    let asked = join_all(questions.map(|question| detail::ask(reader, client, arn.name(), question))).await;
    let mut answers: Vec<_> = asked.into_iter().flatten().collect();
    answers.push(details);
    let as_of = Some(reader.errand().taken_at);
    match listed {
        Some(mut function) => {
            plan::settle(&mut function, reader.depth());
            answers.into_iter().for_each(|answer| function.learn(answer));
            function.details_as_of = as_of;
            Learnt::Function(Box::new(function))
        }
        None => Learnt::FunctionDetails(Box::new(FunctionDetails { arn, answers, as_of })),
    }
}
