//! Errors as the API tells them: refusals in payloads, the rest at the top with a code. A fault's cause goes to
//! the log under a reference; only the reference leaves.

use crate::runtime::{App, Error};
use async_graphql::{Context, ErrorExtensions};

/// Turns a front door's error into the API's.
pub(super) fn top_level(ctx: &Context<'_>, error: Error) -> async_graphql::Error {
    let code = match &error {
        Error::NotSignedIn => "NOT_SIGNED_IN",
        Error::NotFound => "NOT_FOUND",
        Error::NotAllowed => "NOT_ALLOWED",
        Error::Overloaded(_) => "OVERLOADED",
        Error::Fault(_) => "FAULT",
    };
    let (told, reference) = worded(ctx.data_unchecked::<App>(), &error);
    async_graphql::Error::new(told).extend_with(|_, e| {
        e.set("code", code);
        if let Some(reference) = reference {
            e.set("reference", reference);
        }
    })
}

/// An error's words for whoever asked; where its cause is for the log, it goes there under the reference given.
pub(crate) fn worded(app: &App, error: &Error) -> (String, Option<String>) {
    match error {
        Error::Fault(cause) => {
            let reference = reference(app);
            tracing::error!(%reference, cause, "fault");
            let told = format!("something went wrong on our side; quote {reference}");
            (told, Some(reference))
        }
        Error::Overloaded(cause) => {
            let reference = reference(app);
            tracing::warn!(%reference, cause, "busy");
            (format!("{error}; quote {reference}"), Some(reference))
        }
        _ => (error.to_string(), None),
    }
}

/// Turns an error that a loader shared among its callers into the API's.
pub(super) fn shared(ctx: &Context<'_>, error: &Error) -> async_graphql::Error {
    top_level(
        ctx,
        match error {
            Error::NotSignedIn => Error::NotSignedIn,
            Error::NotFound => Error::NotFound,
            Error::NotAllowed => Error::NotAllowed,
            Error::Overloaded(cause) => Error::Overloaded(cause.clone()),
            Error::Fault(cause) => Error::Fault(cause.clone()),
        },
    )
}

/// A short name for one fault, to find it in the log.
pub(crate) fn reference(app: &App) -> String {
    hex::encode(app.entropy.bytes::<6>())
}

/// Lets resolvers say `front_door(..).await.told(ctx)?`.
pub(super) trait Told<T> {
    /// The value, or the error as the API tells it.
    fn told(self, ctx: &Context<'_>) -> async_graphql::Result<T>;
}

impl<T> Told<T> for Result<T, Error> {
    fn told(self, ctx: &Context<'_>) -> async_graphql::Result<T> {
        self.map_err(|error| top_level(ctx, error))
    }
}

/// Declares a mutation's payload and error types from the front door's own code enum, and
/// `Payload::of(ctx, result)` to fill them. What changes an existing thing is based on a version of it, may come in
/// conflict, and says so: `Error(Code, current_version)`.
macro_rules! payload {
    (
        $(#[$doc:meta])*
        $payload:ident { $field:ident: $object:ty } $error:ident($code:ty $(, $current_version:ident)?)
    ) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            /// The result, when there are no errors.
            pub $field: Option<$object>,
            /// Why it was refused, which the caller can mend; empty when it was done.
            pub errors: Vec<$error>,
        }

        /// One reason why the mutation was refused.
        #[derive(async_graphql::SimpleObject)]
        pub struct $error {
            /// Which reason.
            pub code: $code,
            /// In plain English.
            pub message: String,
            /// The input field it is about; empty when it is about the whole.
            pub path: String,
            $(
                /// With `CONFLICT`: the version it has now.
                pub $current_version: Option<i32>,
            )?
        }

        impl $payload {
            pub(super) fn of(
                ctx: &async_graphql::Context<'_>,
                result: Result<$object, crate::runtime::Stop<$code>>,
            ) -> async_graphql::Result<Self> {
                match result {
                    Ok(value) => Ok(Self { $field: Some(value), errors: Vec::new() }),
                    Err(crate::runtime::Stop::Refused(refusals)) => Ok(Self {
                        $field: None,
                        errors: refusals
                            .into_iter()
                            .map(|r| $error {
                                code: r.code,
                                message: r.message,
                                path: r.path,
                                $($current_version: r.current_version,)?
                            })
                            .collect(),
                    }),
                    Err(crate::runtime::Stop::Failed(error)) => Err(crate::graphql::errors::top_level(ctx, error)),
                }
            }
        }
    };
}
pub(super) use payload;
