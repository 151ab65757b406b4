# The rows by which similar appeals are found, the fitted models, what was suggested, and candidates for classes.

import django.db.models.deletion
import lianglin.kit.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("appeals", "0040_exclusion"), 
        ('appeals', '0040_exclusion'),
        ('cases', '0007_urgent_open_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CandidateCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope_code', lianglin.kit.models.ScopeCodeField(db_collation='C', max_length=12, verbose_name='scope code')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case', verbose_name='case')),
            ],
            options={
                'verbose_name': 'appeal of a candidate',
                'verbose_name_plural': 'appeals of candidates',
            },
        ),
        migrations.CreateModel(
            name='ClassCandidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope_code', lianglin.kit.models.ScopeCodeField(db_collation='C', max_length=12, verbose_name='scope code')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('last_day', models.DateField(verbose_name='last day')),
                ('people', models.PositiveIntegerField(verbose_name='different people')),
                ('expected', models.FloatField(verbose_name='expected reports')),
                ('found', models.PositiveIntegerField(verbose_name='reports found')),
                ('chance', models.FloatField(verbose_name='probability by chance')),
                ('state', models.CharField(choices=[('open', 'not looked at yet'), ('confirmed', 'confirmed'), ('refused', 'refused')], default='open', max_length=9, verbose_name='state')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('seen_at', models.DateTimeField(verbose_name='last found at')),
                ('cases', models.ManyToManyField(related_name='+', through='appeals.CandidateCase', to='cases.case', verbose_name='cases')),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appeals.item', verbose_name='item')),
            ],
            options={
                'verbose_name': 'candidate for a problem class',
                'verbose_name_plural': 'candidates for problem classes',
            },
        ),
        migrations.AddField(
            model_name='candidatecase',
            name='candidate',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='appeals.classcandidate', verbose_name='candidate'),
        ),
        migrations.CreateModel(
            name='ItemAdvice',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='cases.case', verbose_name='case')),
                ('scope_code', lianglin.kit.models.ScopeCodeField(db_collation='C', max_length=12, verbose_name='scope code')),
                ('version', models.CharField(max_length=16, verbose_name='version of the model')),
                ('suggested', models.JSONField(default=list, verbose_name='items suggested, with their chances')),
                ('followed', models.BooleanField(verbose_name='one of those suggested')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('chosen', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appeals.item', verbose_name='item chosen')),
            ],
            options={
                'verbose_name': 'suggested item',
                'verbose_name_plural': 'suggested items',
            },
        ),
        migrations.CreateModel(
            name='SimilarityModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=16, unique=True, verbose_name='version')),
                ('state', models.CharField(choices=[('accepted', 'passed the check'), ('refused', 'did not pass the check')], max_length=8, verbose_name='state')),
                ('in_force', models.BooleanField(default=False, verbose_name='in force')),
                ('source', models.CharField(choices=[('city', "the city's own appeals"), ('mixed', "the city's own appeals and sample texts"), ('sample', 'sample texts alone')], max_length=6, verbose_name='fitted on')),
                ('texts', models.PositiveIntegerField(verbose_name='texts')),
                ('own_texts', models.PositiveIntegerField(verbose_name="of these the city's own")),
                ('joined', models.PositiveIntegerField(verbose_name='appeals that people joined with another')),
                ('corrections', models.PositiveIntegerField(default=0, verbose_name='corrected suggestions')),
                ('figures', models.JSONField(default=dict, verbose_name='figures of the part held out')),
                ('before', models.JSONField(default=dict, verbose_name='figures of the model before it')),
                ('reason', models.CharField(choices=[('first', 'the first model'), ('own', "the first one fitted on the city's own appeals"), ('not_worse', 'not worse on the part held out than the one before it'), ('worse', 'worse on the part held out than the one in force')], max_length=9, verbose_name='reasons')),
                ('encoder', models.CharField(blank=True, max_length=64, verbose_name='digest of the encoder')),
                ('fitted_at', models.DateTimeField(verbose_name='fitted at')),
                ('seconds', models.PositiveIntegerField(default=0, verbose_name='seconds it took')),
                ('chosen_at', models.DateTimeField(null=True, verbose_name='put in force at')),
                ('chosen_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='put in force by')),
            ],
            options={
                'verbose_name': 'similarity model',
                'verbose_name_plural': 'similarity models',
            },
        ),
        migrations.CreateModel(
            name='SimilarityRow',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='similarity', serialize=False, to='cases.case', verbose_name='case')),
                ('scope_code', lianglin.kit.models.ScopeCodeField(db_collation='C', max_length=12, verbose_name='scope code')),
                ('class_code', models.CharField(blank=True, default='', max_length=6, verbose_name='class it is found under')),
                ('cell', models.BigIntegerField(null=True, verbose_name='cell of the place')),
                ('lon', models.FloatField(null=True, verbose_name='longitude')),
                ('lat', models.FloatField(null=True, verbose_name='latitude')),
                ('building_id', models.BigIntegerField(null=True, verbose_name='building')),
                ('person', models.BigIntegerField(null=True, verbose_name='match key of the appellant')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('grams', models.BinaryField(verbose_name='hashed grams')),
                ('read_by', models.CharField(blank=True, default='', max_length=16, verbose_name='model that read it')),
                ('meaning', models.BinaryField(null=True, verbose_name="meaning by the city's encoder")),
                ('chosen', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appeals.item', verbose_name='item chosen at intake')),
            ],
            options={
                'verbose_name': 'similarity row',
                'verbose_name_plural': 'similarity rows',
            },
        ),
        migrations.AddIndex(
            model_name='classcandidate',
            index=models.Index(fields=['state', 'scope_code', '-id'], name='appeals_candidate_open'),
        ),
        migrations.AddIndex(
            model_name='classcandidate',
            index=models.Index(fields=['item', 'scope_code', 'last_day'], name='appeals_candidate_item'),
        ),
        migrations.AddConstraint(
            model_name='candidatecase',
            constraint=models.UniqueConstraint(fields=('candidate', 'case'), name='appeals_candidate_case_once'),
        ),
        migrations.AddIndex(
            model_name='itemadvice',
            index=models.Index(fields=['scope_code', '-case'], name='appeals_item_advice_scope'),
        ),
        migrations.AddConstraint(
            model_name='similaritymodel',
            constraint=models.UniqueConstraint(condition=models.Q(('in_force', True)), fields=('in_force',), name='appeals_similarity_one'),
        ),
        migrations.AddIndex(
            model_name='similarityrow',
            index=models.Index(fields=['class_code', 'cell', 'opened_at'], name='appeals_similar_cell'),
        ),
        migrations.AddIndex(
            model_name='similarityrow',
            index=models.Index(fields=['class_code', 'scope_code', 'opened_at'], name='appeals_similar_place'),
        ),
        migrations.AddIndex(
            model_name='similarityrow',
            index=models.Index(condition=models.Q(('building_id__isnull', False)), fields=['building_id', 'opened_at'], name='appeals_similar_building'),
        ),
        migrations.AddIndex(
            model_name='similarityrow',
            index=models.Index(condition=models.Q(('person__isnull', False)), fields=['person', 'opened_at'], name='appeals_similar_person'),
        ),
        migrations.AddIndex(
            model_name='similarityrow',
            index=models.Index(fields=['scope_code', '-case'], name='appeals_similar_scope'),
        ),
        migrations.AddIndex(
            model_name='similarityrow',
            index=models.Index(fields=['opened_at'], name='appeals_similar_opened'),
        ),
    ]
