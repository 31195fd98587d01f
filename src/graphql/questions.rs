//! Questions about pilots in the graph.

use super::errors::payload;
use super::ids::{Id, Sort};
use crate::access::Viewer;
use crate::pilots::questions::{self, Answer, PilotQuestionErrorCode, State};
use crate::runtime::App;
use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};

/// Questions, to ask and answer.
#[derive(Debug, Default)]
pub struct QuestionsMutation;

/// A question about a pilot. Who asked is never said.
#[derive(Clone, Debug)]
pub struct Question(questions::Question);

impl From<questions::Question> for Question {
    fn from(inner: questions::Question) -> Self {
        Self(inner)
    }
}

payload! {
    /// What became of a question.
    PilotQuestionAskPayload { question: Question } PilotQuestionAskError(PilotQuestionErrorCode)
}
payload! {
    /// What became of an answer.
    PilotQuestionAnswerPayload { question: Question } PilotQuestionAnswerError(PilotQuestionErrorCode, current_version)
}

#[Object]
impl QuestionsMutation {
    /// Asks a question about an open pilot, until the time that it states (`questionsUntil`). It is published with its
    /// answer and not before, and who asked is never said. Needs a member of the supplier.
    async fn pilot_question_ask(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The supplier that asks; it is never named.")] supplier: Id,
        #[graphql(desc = "The question: say nothing in it that names the supplier.")] question: String,
    ) -> Result<PilotQuestionAskPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let (pilot, supplier) = (pilot.of(Sort::Pilot)?, supplier.of(Sort::Supplier)?);
        let asked = questions::ask(app, viewer, pilot, supplier, &question).await;
        PilotQuestionAskPayload::of(ctx, asked.map(Question))
    }

    /// Answers a question, once: for everybody at once, for its asker alone where publishing it would disclose their own
    /// solution, or rejects it with a reason to its asker. Needs an officer, approver or
    /// administrator of the council.
    async fn pilot_question_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] question: Id,
        #[graphql(desc = "The version of the question that this is based on.")] version: i32,
        #[graphql(desc = "How it is answered.")] state: State,
        #[graphql(desc = "The answer, or why there is none.")] answer: String,
        #[graphql(
            desc = "With ANSWERED_PRIVATELY, and only then: how publishing it would disclose the asker's own solution. For the \
                    record."
        )]
        private_because: Option<String>,
    ) -> Result<PilotQuestionAnswerPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let question = question.of(Sort::Question)?;
        let answer = Answer {
            state,
            text: &answer,
            private_because: private_because.as_deref(),
        };
        let answered = questions::answer(app, viewer, question, version, answer).await;
        PilotQuestionAnswerPayload::of(ctx, answered.map(Question))
    }
}

/// A question about a pilot. Who asked is never said.
#[Object(name = "PilotQuestion")]
impl Question {
    /// Opaque identifier.
    async fn id(&self) -> Id {
        Id::new(Sort::Question, self.0.id)
    }
    /// What is asked.
    async fn question(&self) -> &str {
        &self.0.question
    }
    /// The answer, or why there is none.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }
    /// Why its asker alone got the answer: publishing it would have disclosed their own solution. For those who write
    /// the council's pilots, and the asker.
    async fn private_because(&self) -> Option<&str> {
        self.0.private_because.as_deref()
    }
    /// What became of it.
    async fn state(&self) -> State {
        self.0.state
    }
    /// Whether the viewer's own supplier asked it.
    async fn own(&self) -> bool {
        self.0.own
    }
    /// When it was asked.
    async fn asked_at(&self) -> DateTime<Utc> {
        self.0.asked_at
    }
    /// When it was answered.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
