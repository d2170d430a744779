namespace Coterie.Host.Admin;

/// <summary>Who leads which groups, from what the members say of themselves. Pure.</summary>
public sealed class GroupLeaders
{
    private readonly Dictionary<string, long> _terms;

    public GroupLeaders(IEnumerable<StatusReport> reports)
    {
        var all = reports.SelectMany(static report => report.Groups).ToList();
        _terms = all.GroupBy(static group => group.Id).ToDictionary(static same => same.Key, static same => same.Max(static group => group.Term));
        Led = all.Where(Leads).Select(static group => group.Id).Distinct().Count();
    }

    /// <summary>Groups that anybody knows of.</summary>
    public int Groups => _terms.Count;

    /// <summary>Of these, those with a leader.</summary>
    public int Led { get; }

    /// <summary>How many a node leads.</summary>
    public int LedBy(StatusReport report) => report.Groups.Count(Leads);

    /// <summary>The member that says this leads. One that was replaced and has not heard of it says that it leads, too: of an earlier term.</summary>
    public bool Leads(GroupReport group) => group.Role == "Leader" && group.Term == _terms[group.Id];
}
