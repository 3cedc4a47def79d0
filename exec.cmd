@rem For Windows, what sh calls exec: with it npm starts us with no shell between, which would keep its signals to itself.
@%*
