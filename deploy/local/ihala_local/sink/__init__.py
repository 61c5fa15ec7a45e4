"""Where messages to people end in a local run: kept in a file and shown on a page, sent to nobody.

It takes SMS by HTTP (`http.py`) and by SMPP (`smsc.py`), e-mail by SMTP (`mail.py`), and says what became of each as a network would:
some numbers never work, are late, or are unknown (`script.py`).
"""
