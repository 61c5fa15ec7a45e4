"""Whether help came: when the person is asked, by whom, how, and what follows from the answer."""
