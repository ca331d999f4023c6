//! `explain`: the mapping, for one state.

use std::process::ExitCode;

use presence::mapping::{Term, map};

use crate::options::Explain;

pub(crate) fn run(explain: &Explain) -> ExitCode {
    let mapping =
        map(&Term::parse(&explain.availability), &Term::parse(&explain.activity), explain.out_of_office);
    match serde_json::to_string(&mapping) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}
