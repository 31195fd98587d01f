//! Triggers that note what of the public objects was written, in the transaction that writes it: whoever writes, by
//! whatever statement. What is noted waits in `public_change_due` until `changes` numbers it.
//!
//! A step that makes a table of which everybody sees something, or adds such a column, says so with a [`Watch`]; a test
//! compares what is watched with the tables that there are. SQLite's triggers fire for each row, PostgreSQL's once for
//! each statement.

/// A table of which something is seen in public objects.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// Which.
    pub table: &'static str,
    /// Its primary key.
    pub key: &'static [&'static str],
    /// What kind of object is seen to change.
    pub kind: &'static str,
    /// The object's id; `{it}` is the row that was written.
    pub id: &'static str,
    /// The table beside it that the id and the condition ask; none where it is blank.
    pub beside: &'static str,
    /// Whether everybody sees it, as of the row before or after.
    pub seen: &'static str,
    /// Columns whose change counts, beside rows that come and go.
    pub columns: &'static [&'static str],
}

impl Watch {
    /// A row of which everybody sees something, whatever it says.
    pub(crate) const fn of(
        table: &'static str,
        key: &'static [&'static str],
        kind: &'static str,
        id: &'static str,
        columns: &'static [&'static str],
    ) -> Self {
        Self {
            table,
            key,
            kind,
            id,
            beside: "",
            seen: "TRUE",
            columns,
        }
    }

    /// The same, seen only where this holds.
    pub(crate) const fn seen(self, seen: &'static str) -> Self {
        Self { seen, ..self }
    }

    /// The same, where a table beside it says of what.
    pub(crate) const fn beside(self, beside: &'static str, seen: &'static str) -> Self {
        Self { beside, seen, ..self }
    }

    fn name(&self, event: &str) -> String {
        format!("public_{}_{}_{event}", self.table, self.kind)
    }

    /// What is due by the rows that `from` names as `it`.
    fn due(&self, it: &str, from: &str, also: &str) -> String {
        let tables: Vec<_> = [from, self.beside]
            .into_iter()
            .filter(|table| !table.is_empty())
            .collect();
        let from = if tables.is_empty() {
            String::new()
        } else {
            format!(" FROM {}", tables.join(", "))
        };
        let (kind, id) = (self.kind, self.id.replace("{it}", it));
        let seen = self.seen.replace("{it}", it);
        format!("SELECT '{kind}', {id}{from} WHERE ({seen}){also}")
    }

    /// The triggers in SQLite's words.
    pub(crate) fn sqlite(&self) -> String {
        let note = |it: &str| {
            format!(
                "INSERT INTO public_change_due (kind, object_id) {} ON CONFLICT DO NOTHING;",
                self.due(it, "", "")
            )
        };
        let trigger = |event: &str, when: String, body: String| {
            format!(
                "CREATE TRIGGER {} AFTER {event} ON {}{when} BEGIN {body} END;\n",
                self.name(&event.to_lowercase()),
                self.table
            )
        };
        let changed: Vec<_> = self
            .columns
            .iter()
            .map(|column| format!("old.{column} IS NOT new.{column}"))
            .collect();
        let mut all = trigger("INSERT", String::new(), note("new"));
        all += &trigger("DELETE", String::new(), note("old"));
        if !changed.is_empty() {
            let when = format!(" WHEN {}", changed.join(" OR "));
            all += &trigger("UPDATE", when, format!("{} {}", note("new"), note("old")));
        }
        all
    }

    /// The same in PostgreSQL's.
    pub(crate) fn postgres(&self) -> String {
        let trigger = |event: &str, rows: &str, what: String| {
            let (name, table) = (self.name(&event.to_lowercase()), self.table);
            format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n\
                 BEGIN INSERT INTO public_change_due (kind, object_id) {what}; RETURN NULL; END $$;\n\
                 CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows}\n\
                 FOR EACH STATEMENT EXECUTE FUNCTION {name}();\n"
            )
        };
        // Of many rows of one object one is enough.
        let of = |it: &str, from: &str, also: &str| {
            self.due(it, from, also).replacen("SELECT", "SELECT DISTINCT", 1)
        };
        let mut all = trigger("INSERT", "NEW TABLE AS written", of("it", "written it", ""));
        all += &trigger("DELETE", "OLD TABLE AS written", of("it", "written it", ""));
        if !self.columns.is_empty() {
            let row = |of: &str| {
                let columns: Vec<_> = self
                    .columns
                    .iter()
                    .map(|column| format!("{of}.{column}"))
                    .collect();
                format!("ROW({})", columns.join(", "))
            };
            let same: Vec<_> = self
                .key
                .iter()
                .map(|key| format!("that.{key} = it.{key}"))
                .collect();
            let differs = |other: &str| {
                format!(
                    " AND EXISTS (SELECT 1 FROM {other} that WHERE {} AND {} IS DISTINCT FROM {})",
                    same.join(" AND "),
                    row("that"),
                    row("it")
                )
            };
            let later = of("it", "later it", &differs("earlier"));
            let earlier = of("it", "earlier it", &differs("later"));
            all += &trigger(
                "UPDATE",
                "OLD TABLE AS earlier NEW TABLE AS later",
                format!("{later} UNION {earlier}"),
            );
        }
        all
    }
}
