import cv2
import numpy as np

from restorers.ui.memory import Pictures, Shelf


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_one_unused_for_longest_goes_first():
    shelf = Shelf(max_bytes=100)
    for key in "abc":
        shelf.put(key, key.upper(), 30)
    assert shelf.get("a") == "A"
    shelf.put("d", "D", 30)
    assert "b" not in shelf
    assert [shelf.get(key) for key in "acd"] == ["A", "C", "D"]
    assert shelf.bytes() <= 100


def test_one_value_larger_than_the_bound_is_kept_alone():
    shelf = Shelf(max_bytes=10)
    shelf.put("small", 1, 5)
    shelf.put("large", 2, 50)
    assert shelf.get("large") == 2
    assert len(shelf) == 1


def test_an_owner_has_a_bounded_number_and_only_his_own_are_dropped():
    shelf = Shelf(max_bytes=1000, max_owned=2)
    for index in range(5):
        shelf.put(("mine", index), index, 1, "me")
    shelf.put("yours", 0, 1, "you")
    assert [index for index in range(5) if ("mine", index) in shelf] == [3, 4]
    shelf.drop("me")
    assert len(shelf) == 1
    assert "yours" in shelf


def test_what_is_too_old_is_gone_however_often_it_was_used():
    clock = Clock()
    shelf = Shelf(max_bytes=1000, max_age=3600, clock=clock)
    shelf.put("a", 1, 1)
    clock.now = 3500
    assert shelf.get("a") == 1
    clock.now = 3601
    assert shelf.get("a") is None
    shelf.put("b", 1, 1)
    clock.now = 8000
    shelf.sweep()
    assert len(shelf) == 0


def test_what_is_renewed_stays_as_long_as_it_is_used():
    clock = Clock()
    shelf = Shelf(max_bytes=1000, max_age=3600, clock=clock, renewed=True)
    shelf.put("used", 1, 1)
    shelf.put("left", 2, 1)
    for clock.now in range(0, 9000, 3000):
        assert shelf.get("used") == 1
        shelf.sweep()
    assert shelf.get("left") is None
    clock.now += 3601
    assert shelf.get("used") is None


def test_pictures_are_lossless_and_their_tokens_cannot_be_guessed():
    pictures = Pictures(max_bytes=10_000_000)
    photo = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    addresses = [pictures.publish(photo, "me") for _ in range(50)]
    assert len(set(addresses)) == 50
    assert all(address.startswith("pictures/") and len(address) >= len("pictures/.png") + 32 for address in addresses[-3:])
    token = addresses[-1].removeprefix("pictures/").removesuffix(".png")
    back = cv2.imdecode(np.frombuffer(pictures.get(token).png(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    np.testing.assert_array_equal(back, photo)
    assert pictures.alive(addresses[-1])
    pictures.drop("me")
    assert not pictures.alive(addresses[-1])


def test_a_picture_is_encoded_before_anybody_asks():
    pictures = Pictures(max_bytes=10_000_000)
    address = pictures.publish(np.zeros((4, 6, 3), np.uint8), "me")
    picture = pictures.get(address.removeprefix("pictures/").removesuffix(".png"))
    pictures.encode(address)
    assert picture._png[:4] == b"\x89PNG"
    pictures.encode("pictures/gone.png")
