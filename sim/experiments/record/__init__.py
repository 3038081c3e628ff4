"""The record as judge: how likely a scenario finds what happened, and what it would have foretold.

`following` makes particles follow a record. `filter` adds up how likely it was, beside `rival_rates` that need no
model; `surprise` tells what was least so and why, `residuals` where acts come too often or too seldom. `hindcast` puts
the theatre's `questions` to what the model would have said beforehand, beside `rival_forecasts`. `likelihood` estimates
many sets of numbers side by side, `fit` leads some that `choose` finds from prior to posterior, `held_out` judges the
fit, and `likelihood_function` and `simulator` are the doors for other people's samplers.
"""
