//! Just enough of a reader of Rust: what is code, what is a comment, a text or a test.

/// What a stretch of source is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Code,
    Comment,
    Text,
}

/// The source with the inside of texts and characters blanked; comments stay. Lines stay where they are.
pub(crate) fn without_texts(source: &str) -> String {
    blank(source, |part| part == Part::Text)
}

/// The source with comments, texts and characters blanked.
pub(crate) fn code(source: &str) -> String {
    blank(source, |part| part != Part::Code)
}

/// The source's code with every item under `#[cfg(test)]` or `#[test]` blanked as well.
pub(crate) fn product_code(source: &str) -> String {
    let mut code: Vec<u8> = code(source).into_bytes();
    for marker in ["#[cfg(test)]", "#[test]"] {
        let mut from = 0;
        while let Some(start) = find(&code, marker.as_bytes(), from) {
            let end = end_of_item(&code, start + marker.len());
            code[start..end]
                .iter_mut()
                .filter(|byte| **byte != b'\n')
                .for_each(|byte| *byte = b' ');
            from = end;
        }
    }
    String::from_utf8_lossy(&code).into_owned()
}

/// Words and signs of a source in order, each with its line from 1. `::` is one sign.
pub(crate) fn tokens(code: &str) -> Vec<(&str, usize)> {
    let mut tokens = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                tokens.push((&rest[..length], number + 1));
            }
            rest = &rest[length..];
        }
    }
    tokens
}

fn blank(source: &str, hidden: impl Fn(Part) -> bool) -> String {
    let parts = parts(source.as_bytes());
    let kept = source.bytes().zip(parts).map(|(byte, part)| match byte {
        b'\n' => byte,
        _ if hidden(part) => b' ',
        _ => byte,
    });
    // Parts end where characters end, so nothing is lost here.
    String::from_utf8_lossy(&kept.collect::<Vec<u8>>()).into_owned()
}

/// What each byte is. The quotes of a text count as code, so that nothing runs together.
fn parts(source: &[u8]) -> Vec<Part> {
    let mut parts = vec![Part::Code; source.len()];
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let in_word = at > 0 && is_word(source[at - 1]);
        let (part, length) = if rest.starts_with(b"//") {
            (
                Part::Comment,
                rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            )
        } else if rest.starts_with(b"/*") {
            (Part::Comment, comment_length(rest))
        } else if let Some(length) = raw_text_length(rest).filter(|_| !in_word || source[at - 1] == b'b') {
            (Part::Text, length)
        } else if rest[0] == b'"' {
            (Part::Text, text_length(rest))
        } else if let Some(length) = character_length(rest) {
            (Part::Text, length)
        } else {
            (Part::Code, 1)
        };
        let whole = at..at + length;
        let inside = if part == Part::Text {
            at + 1..at + length.max(2) - 1
        } else {
            whole.clone()
        };
        parts[inside].fill(part);
        at = whole.end;
    }
    parts
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// Length of a `/* … */` comment, which may hold others.
fn comment_length(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    break;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn text_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of `r"…"`, `r#"…"#` and so on.
fn raw_text_length(rest: &[u8]) -> Option<usize> {
    let hashes = rest
        .strip_prefix(b"r")?
        .iter()
        .take_while(|byte| **byte == b'#')
        .count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let mut end = vec![b'"'];
    end.resize(1 + hashes, b'#');
    Some(find(rest, &end, 2 + hashes).map_or(rest.len(), |at| at + end.len()))
}

/// Length of `'c'`; none for a lifetime.
fn character_length(rest: &[u8]) -> Option<usize> {
    let inside = rest.strip_prefix(b"'")?;
    if let Some(escaped) = inside.strip_prefix(b"\\") {
        let end = escaped.iter().skip(1).take(10).position(|byte| *byte == b'\'')?;
        return Some(end + 4);
    }
    let character = std::str::from_utf8(&inside[..inside.len().min(4)])
        .or_else(|error| std::str::from_utf8(&inside[..error.valid_up_to()]));
    let width = character.ok()?.chars().next()?.len_utf8();
    (inside.get(width) == Some(&b'\'')).then_some(width + 2)
}

/// Where an item ends: at its closing brace, or at a semicolon before any brace.
fn end_of_item(code: &[u8], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b';' if depth == 0 => return at + 1,
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let place = bytes
        .get(from..)?
        .windows(wanted.len())
        .position(|window| window == wanted)?;
    Some(from + place)
}

#[test]
fn comments_texts_and_characters_are_told_from_code() {
    let source = "let a = \"std::fs\\\" // x\"; // std::net\nlet b = r#\"unsafe \" y\"#; /* std::env /* z */ */ let c = '\"';\nfn d<'a>(e: &'a str) -> char { '\\'' } let é = 'é'; std::fs::read(b\"k\");";
    let code = code(source);
    assert_eq!(code.lines().count(), 3);
    for hidden in ["net", "unsafe", "env", " y", " z", " x"] {
        assert!(!code.contains(hidden), "{hidden:?} is in {code}");
    }
    assert_eq!(code.matches("std::fs").count(), 1, "{code}");
    assert!(code.contains("fn d<'a>(e: &'a str) -> char"), "{code}");
    assert!(without_texts(source).contains("// std::net") && !without_texts(source).contains("unsafe"));
}

#[test]
fn tests_are_no_product_code() {
    let source = "fn a() { b(); }\n#[cfg(test)]\nmod tests {\n    use std::fs;\n    #[test]\n    fn t() { if x {} }\n}\n#[cfg(test)]\nuse std::net;\nfn z() { std::env::var(); }\n";
    let code = product_code(source);
    assert!(!code.contains("fs") && !code.contains("net"), "{code}");
    assert!(
        code.contains("fn a() { b(); }") && code.contains("std::env::var();"),
        "{code}"
    );
    assert_eq!(code.lines().count(), source.lines().count());
}
