"""The equations of the method by their numbers, as docs/method.md writes them: for pages that show where a setting enters."""

EQUATIONS = {
    "E1": "q = argmax_q  E_q[Q(s, .)]   subject to   KL(q || pi) <= eps",
    "E2": "q(a) = pi(a) exp(Q(s,a) / eta) / Z,      eta > 0 such that KL(q || pi) = eps",
    "E3": "eps(s) = eps_low + alpha (KL(pi_greedy || pi) - eps_low),      eps_low = 1e-4",
    "E4": "a ~ q(.|s),      (s', r, d) = step(s, a)",
    "E5": "log w  +=  log pi(a|s) - log q(a|s) + (r + gamma d V(s') - V(s)) / tau",
    "E6": "when due:  ancestors A_i drawn with probabilities w_i = softmax(norm(log w))_i,  then log w = 0",
    "E8": "G(n) = r_n + gamma d_n [ (1 - l_n) V(s'_n) + l_n mean_{c in C(n)} G(c) ]",
    "E10": "v_b = mu G(0, b) + (1 - mu) V(s0),      value_target = sum_b p_b v_b",
    "E15": "p(a) ∝ pi(a) exp(c (Q~(a) - min Q~) / (max Q~ - min Q~))",
    "E16": "rho_t = max(0, corr(x, y))^2 over all steps of the levels before t,  rho_0 = 0",
    "E17": "p(a) ∝ pi(a) (p_tau(a) / pi(a))^k,      k > 0 such that KL(p || pi) = target_kl",
}
"""Those that settings enter."""
