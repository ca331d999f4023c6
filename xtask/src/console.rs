//! The few shapes of a line on the terminal.

use std::io::{self, IsTerminal, Write};

/// A heading, bold where the terminal can be asked for it.
pub(crate) fn heading(text: &str) {
    if io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        println!("\n\x1b[1m== {text}\x1b[0m");
    } else {
        println!("\n== {text}");
    }
}

/// A line below a heading.
pub(crate) fn line(text: impl AsRef<str>) {
    println!("   {}", text.as_ref());
}

/// Asks a question whose plain Enter means yes. The end of the input means no.
pub(crate) fn ask(question: &str) -> bool {
    print!("{question} [Y/n] ");
    if io::stdout().flush().is_err() {
        return false;
    }
    let mut answer = String::new();
    match io::stdin().read_line(&mut answer) {
        Ok(0) | Err(_) => false,
        Ok(_) => means_yes(&answer),
    }
}

fn means_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_means_yes_and_only_a_clear_yes_does_besides() {
        assert!(means_yes("\n"));
        assert!(means_yes("Yes\n"));
        assert!(!means_yes("n\n"));
        assert!(!means_yes("what?\n"));
    }
}
