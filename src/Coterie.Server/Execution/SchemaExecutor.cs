using Coterie.Cql.Plans;
using Coterie.Model.Metadata;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;

namespace Coterie.Server.Execution;

/// <summary>Executes what changes the metadata (CREATE, ALTER, DROP, TRUNCATE) by agreement, and USE.</summary>
internal sealed class SchemaExecutor(ExecutionServices services)
{
    public async ValueTask ChangeAsync(ClientRequest request, SchemaPlan plan)
    {
        if (services.SystemTables.IsSystemKeyspace(plan.Keyspace))
        {
            throw ClientErrorException.Invalid($"{plan.Keyspace} keyspace is not user-modifiable.");
        }

        var result = await services.Changer.ChangeAsync(plan.Change, services.Stopping);
        ThrowIfRefused(result.Outcome, plan);
        Answer.Begin(request, null, null, result.Warning);
        if (plan.ChangeType is { } change && result.Outcome.Changed)
        {
            new SchemaChangeMessage(change, plan.Keyspace, plan.Table).WriteResult(request.Response);
        }
        else
        {
            ResultMessages.WriteVoid(request.Response);
        }

        Answer.End(request, Opcode.Result);
    }

    public void Use(ClientRequest request, UsePlan plan)
    {
        if (!services.Metadata.Current.Keyspaces.ContainsKey(plan.Keyspace) && !services.SystemTables.IsSystemKeyspace(plan.Keyspace))
        {
            throw ClientErrorException.Invalid($"Keyspace '{plan.Keyspace}' does not exist");
        }

        request.Session.Keyspace = plan.Keyspace;
        Answer.Begin(request);
        ResultMessages.WriteSetKeyspace(request.Response, plan.Keyspace);
        Answer.End(request, Opcode.Result);
    }

    private static void ThrowIfRefused(ChangeOutcome outcome, SchemaPlan plan)
    {
        switch (outcome.Refusal)
        {
            case ChangeRefusal.None:
                return;
            case ChangeRefusal.KeyspaceExists or ChangeRefusal.TableExists:
                throw new AlreadyExistsException(outcome.Message, plan.Keyspace, plan.Table ?? "");
            default:
                throw ClientErrorException.Invalid(outcome.Message);
        }
    }
}
