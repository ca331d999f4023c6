use super::*;
use crate::mapping::Term;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("presence-store-{name}-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn person(number: u8) -> Arc<Person> {
    let id = PersonId::parse(&format!("00000000-0000-0000-0000-0000000000{number:02x}")).unwrap();
    Arc::new(Person {
        id,
        name: format!("Person {number}"),
        user_name: format!("p{number}@x.example"),
        mail: None,
        proxy_addresses: Vec::new(),
        title: None,
        department: None,
        guest: Some(false),
        enabled: Some(true),
    })
}

fn observation(observed: &str, absent: bool) -> StoredObservation {
    StoredObservation {
        availability: Term::parse("Busy"),
        activity: Term::parse("Levitating"),
        out_of_office: true,
        since: "2026-11-23T09:00:00Z".parse().unwrap(),
        observed: observed.parse().unwrap(),
        absent,
    }
}

fn open(path: &Path) -> (Store, Restored) {
    Store::open(path, "tenant app", |problem| assert_eq!(problem, None)).unwrap()
}

#[test]
fn the_board_comes_back_with_the_age_it_had() {
    let path = folder("board").join("board.db");
    let (store, restored) = open(&path);
    assert!(restored.people.is_empty() && restored.cursor.is_none());
    let people = vec![person(1), person(2), person(3)];
    let cursor = Some("https://x/delta?t=1".into());
    store.write(Change::Directory { people, removed: vec![person(3).id], cursor });
    let states = vec![
        (person(1).id, observation("2026-11-23T09:10:00Z", false)),
        (person(2).id, observation("2026-11-23T09:10:00Z", true)),
    ];
    store.write(Change::Observations { people: states, confirmed: "2026-11-23T09:30:00Z".parse().unwrap() });
    drop(store);

    let (_store, restored) = open(&path);
    assert_eq!(restored.cursor.as_deref(), Some("https://x/delta?t=1"));
    let mut people = restored.people;
    people.sort_by_key(|(person, _)| person.id);
    assert_eq!(people.len(), 2);
    // Whoever was there was confirmed later; whoever was left out was not.
    assert_eq!(people[0].1, Some(observation("2026-11-23T09:30:00Z", false)));
    assert_eq!(people[1].1, Some(observation("2026-11-23T09:10:00Z", true)));
}

#[test]
fn a_file_that_is_no_store_or_a_newer_one_is_set_aside_and_not_deleted() {
    let folder = folder("aside");
    let path = folder.join("board.db");
    std::fs::write(&path, b"this is no database, and long enough to be taken for one by its size alone")
        .unwrap();
    drop(open(&path));
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    drop(open(&path));
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["board.db", "board.db.unusable-1", "board.db.unusable-2"]);
}

#[test]
fn a_file_cut_short_is_set_aside() {
    let path = folder("cut").join("board.db");
    let (store, _) = open(&path);
    store.write(Change::Directory {
        people: (1..200).map(person).collect(),
        removed: Vec::new(),
        cursor: None,
    });
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let (_store, restored) = open(&path);
    assert!(restored.people.len() < 200);
}

#[test]
fn another_organisation_never_sees_the_board() {
    let path = folder("owner").join("board.db");
    let (store, _) = open(&path);
    store.write(Change::Directory { people: vec![person(1)], removed: Vec::new(), cursor: Some("c".into()) });
    drop(store);
    assert_eq!(open(&path).1.people.len(), 1);
    let (_store, restored) = Store::open(&path, "other app", |_| ()).unwrap();
    assert!(restored.people.is_empty() && restored.cursor.is_none());
}
