from pathlib import Path

import pytest

from assets.method import By, MethodProfile, Section, find_profiles, load_profile, shared_method
from pipelines.profiles import DEFAULT_PROFILES, PROFILES_FOLDER


def sections() -> list[type[Section]]:
    kinds = [field.annotation for field in MethodProfile.model_fields.values()]
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)]


def test_every_parameter_says_what_it_means_and_who_said_so():
    for section in sections():
        for name, field in section.model_fields.items():
            assert field.description, f"{section.__name__}.{name} has no docstring"
            origins = [mark.origin for mark in field.metadata if isinstance(mark, By)]
            assert len(origins) == 1, f"{section.__name__}.{name} has {len(origins)} origins"


def test_parameter_names_are_unique_over_the_sections():
    names = [name for section in sections() for name in section.model_fields]
    assert len(names) == len(set(names))


def test_the_shipped_profiles_load_and_share_what_a_month_shares():
    profiles = find_profiles(["dsit-v1", "dsit-v2", "evidence"], PROFILES_FOLDER)
    assert shared_method(profiles).name == "dsit-v1"
    assert len({profile.fingerprint for profile in profiles}) == 3
    assert [profile.spatial.epsilon_rule for profile in profiles] == ["none", "median_neighbour", "none"]
    assert [profile.spatial.algorithm for profile in profiles] == ["hdbscan", "hdbscan", "scan"]
    assert set(DEFAULT_PROFILES) == {"dsit-v1", "evidence"}


def test_the_open_profile_stands_on_public_sources():
    (profile,) = find_profiles(["open"], PROFILES_FOLDER)
    assert (profile.organisations.use_business_counts, profile.organisations.use_cordis) == (True, True)
    assert (profile.spatial.algorithm, profile.network.community_method) == ("scan", "scan")
    (other,) = find_profiles(["evidence"], PROFILES_FOLDER)
    with pytest.raises(ValueError, match=r"disagree on organisations.use_business_counts"):
        shared_method([other, profile])


def test_the_fingerprint_follows_parameters_and_not_words():
    profile = MethodProfile(name="a")
    assert profile.fingerprint == MethodProfile(name="b", description="words").fingerprint
    changed = profile.model_copy(update={"spatial": profile.spatial.model_copy(update={"hull_ratio": 0.5})})
    assert changed.fingerprint != profile.fingerprint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[spatial]\nhull_ratio = 2.0", "spatial.hull_ratio.*less than or equal to 1.*2.0"),
        ("[spatial]\nhull_ration = 0.7", "spatial.hull_ration.*not permitted"),
        ("[spatial", "not valid TOML"),
        ("[linkage]\nlink_rare_token_other = [0.3, 0.9999]", "m of link_rare_token_shared, .* sum to 0.9, and have to"),
        ("[linkage]\nlink_name_same = [0.55, 0.1]", "u of link_name_same, .* sum to 1.099999"),
    ],
)
def test_a_bad_profile_is_refused_by_file_parameter_and_value(tmp_path: Path, text: str, message: str):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"mine.toml: .*{message}"):
        load_profile(path)


def test_an_unknown_profile_names_those_that_are_known():
    with pytest.raises(ValueError, match="known are dsit-v1, dsit-v2, evidence"):
        find_profiles(["dsit-v3"], PROFILES_FOLDER)


def test_profiles_of_one_month_may_not_disagree_on_who_is_active():
    one = MethodProfile(name="one")
    other = one.model_copy(
        update={"name": "other", "organisations": one.organisations.model_copy(update={"rdi_window_years": 5})}
    )
    with pytest.raises(ValueError, match="one and other disagree on organisations.rdi_window_years"):
        shared_method([one, other])
