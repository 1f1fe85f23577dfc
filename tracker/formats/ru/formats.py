"""Russian: 10 октября 2025 г.; 134 000 000 000,5, as in Django, but for hours with two digits."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j E Y г., H:i"
