//! A page with a form on it, or with word of what was done.

use super::super::pages;
use super::Call;
use crate::runtime::Error;
use minijinja::{Value, context};
use poem::Response;
use poem::http::StatusCode;

/// A page: a title, sentences, a form if it has a button, and links.
pub(super) struct Form {
    title: &'static str,
    says: Vec<String>,
    fields: Vec<Field>,
    button: Option<String>,
    action: String,
    problems: Vec<String>,
    links: Vec<(String, String)>,
}

struct Field {
    name: &'static str,
    label: &'static str,
    /// As HTML's `type`.
    kind: &'static str,
    autocomplete: &'static str,
    hint: &'static str,
    value: String,
    /// Shown, and not to be changed.
    fixed: bool,
    required: bool,
    problem: Option<String>,
}

impl Form {
    pub(super) fn new(title: &'static str) -> Self {
        Self {
            title,
            says: Vec::new(),
            fields: Vec::new(),
            button: None,
            action: String::new(),
            problems: Vec::new(),
            links: Vec::new(),
        }
    }

    pub(super) fn says(mut self, sentence: impl Into<String>) -> Self {
        self.says.push(sentence.into());
        self
    }

    /// A link below the form.
    pub(super) fn link(mut self, href: &str, label: &str) -> Self {
        self.links.push((href.to_owned(), label.to_owned()));
        self
    }

    /// The address the page is about: shown, and for password keepers to file the password under.
    pub(super) fn about(mut self, address: &str) -> Self {
        let field = Field {
            fixed: true,
            ..Field::new("address", "Address", "email", "username", address)
        };
        self.fields.push(field);
        self
    }

    pub(super) fn email(mut self, value: &str) -> Self {
        self.fields
            .push(Field::new("email", "Address", "email", "username", value));
        self
    }

    pub(super) fn name(mut self, value: &str) -> Self {
        self.fields
            .push(Field::new("name", "Your name", "text", "name", value));
        self
    }

    /// A password to choose. What was typed before is never sent back.
    pub(super) fn new_password(mut self) -> Self {
        let field = Field {
            hint: "At least 8 characters, and not easily guessed: a few words that do not belong together are good.",
            ..Field::new("password", "Password", "password", "new-password", "")
        };
        self.fields.push(field);
        self
    }

    /// The password as it is, and a code where the account asks for one.
    pub(super) fn password_and_code(mut self) -> Self {
        self.fields.push(Field::new(
            "password",
            "Password",
            "password",
            "current-password",
            "",
        ));
        let code = Field {
            hint: "Of your authenticator app, or a recovery code. Leave it blank if you have no second factor.",
            required: false,
            ..Field::new("code", "Code", "text", "one-time-code", "")
        };
        self.fields.push(code);
        self
    }

    pub(super) fn hidden(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push(Field::new(name, "", "hidden", "", value));
        self
    }

    pub(super) fn button(mut self, label: impl Into<String>) -> Self {
        self.button = Some(label.into());
        self
    }

    /// Where the form goes, if not back to its page.
    pub(super) fn to(mut self, path: &str) -> Self {
        path.clone_into(&mut self.action);
        self
    }

    /// The page, with what was wrong beside the fields it is about.
    pub(super) fn answer(mut self, call: &Call) -> Result<Response, Error> {
        if self.action.is_empty() {
            self.action.clone_from(&call.path);
        }
        for wrong in &call.wrong {
            let field = self.fields.iter_mut().find(|field| field.name == wrong.path);
            match field {
                Some(field) => field.problem = Some(wrong.message.clone()),
                None => self.problems.push(wrong.message.clone()),
            }
        }
        let status = if call.wrong.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        self.page(status)
    }

    pub(super) fn page(self, status: StatusCode) -> Result<Response, Error> {
        let links = self.links.iter();
        let links: Vec<Value> = links.map(|(href, label)| context! { href, label }).collect();
        let fields: Vec<Value> = self.fields.iter().map(Field::value).collect();
        let wants = context! {
            title => self.title,
            says => self.says,
            fields,
            button => self.button,
            action => self.action,
            problems => self.problems,
            links,
        };
        pages::page(status, "account.html", wants)
    }
}

impl Field {
    fn new(
        name: &'static str,
        label: &'static str,
        kind: &'static str,
        autocomplete: &'static str,
        value: &str,
    ) -> Self {
        Self {
            name,
            label,
            kind,
            autocomplete,
            hint: "",
            value: value.to_owned(),
            fixed: false,
            required: true,
            problem: None,
        }
    }

    fn value(&self) -> Value {
        context! {
            name => self.name,
            label => self.label,
            kind => self.kind,
            autocomplete => self.autocomplete,
            hint => self.hint,
            value => &self.value,
            fixed => self.fixed,
            required => self.required,
            problem => &self.problem,
        }
    }
}
